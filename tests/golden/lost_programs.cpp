// SPDX-License-Identifier: BSL-1.0
// One program for each fate that is a finding.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>

#include "fates/asio_joins.hpp"
#include "golden_programs.hpp"

COFAULT_USER_CODE(__FILE__);

namespace golden {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using boost::asio::steady_timer;
using boost::asio::use_awaitable;
namespace this_coro = boost::asio::this_coro;

namespace {

awaitable<void> save() {
  steady_timer disk(co_await this_coro::executor, 1s);
  co_await disk.async_wait(use_awaitable);
}

awaitable<void> save_quietly() {
  try {
    co_await save();
  } catch (const std::exception&) {
    // it will be saved the next time
  }
}

}  // namespace

awaitable<void> swallowed() { co_await save_quietly(); }

namespace {

awaitable<void> load(std::optional<int>& settings) {
  try {
    co_await save();
    settings = 7;
  } catch (...) {
  }
}

}  // namespace

awaitable<void> replaced() {
  std::optional<int> settings;
  co_await load(settings);
  if (!settings) throw std::logic_error("there are no settings");
}

namespace {

awaitable<void> debit(std::shared_ptr<bool> broken) {
  try {
    co_await save();
  } catch (...) {
    *broken = true;
    throw;
  }
}

awaitable<void> credit(std::shared_ptr<bool> broken) {
  steady_timer bank(co_await this_coro::executor, 2s);
  const auto [error] = co_await bank.async_wait(boost::asio::as_tuple(use_awaitable));
  if (error || *broken) throw std::runtime_error("nothing was debited");
}

}  // namespace

awaitable<void> masked() {
  const auto broken = std::make_shared<bool>(false);
  co_await support::join_first_error(credit(broken), debit(broken));
}

awaitable<void> dropped_by_a_join() {
  using namespace boost::asio::experimental::awaitable_operators;
  steady_timer patience(co_await this_coro::executor, 5s);
  co_await (save() || patience.async_wait(boost::asio::as_tuple(use_awaitable)));
}

awaitable<void> dropped_by_detached() {
  const auto executor = co_await this_coro::executor;
  boost::asio::co_spawn(executor, save(), boost::asio::detached);
  co_await boost::asio::post(executor, use_awaitable);
}

namespace {

[[gnu::noinline]] void roll_back() {
  throw std::logic_error("there is nothing that could be rolled back");
}

struct transaction {
  bool committed = false;
  ~transaction() {
    if (!committed) roll_back();
  }
};

}  // namespace

awaitable<void> terminated() {
  transaction t;
  co_await save();
  t.committed = true;
}

}  // namespace golden
