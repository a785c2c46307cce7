// SPDX-License-Identifier: BSL-1.0
// Exceptions that nobody gets to see.
#include <gtest/gtest.h>

#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <vector>

#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- A task that nobody waits for.

task<> notify() { co_await call("tell the customer"); }

template <bool Fixed>
task<> place_order() {
  co_await call("store the order");
  if constexpr (Fixed)
    co_await notify();
  else
    spawn(notify());  // culprit: lost_notification
  co_await call("print the invoice");
}

// ---- A join throws the symptom on and keeps the cause.

struct connection {
  bool broken = false;
};

task<> writer(std::shared_ptr<connection> c) {
  co_await call("encode", 2ms);
  if (c->broken) throw std::runtime_error("the connection is gone");
  co_await call("write");
}

task<> reader(std::shared_ptr<connection> c) {
  std::exception_ptr error;
  try {
    co_await call("read");
  } catch (...) {
    error = std::current_exception();
    c->broken = true;
  }
  if (!error) co_return;
  co_await call("say good-bye", 2ms);
  std::rethrow_exception(error);
}

template <bool Fixed>
task<> serve() {
  const auto c = std::make_shared<connection>();
  std::exception_ptr error;
  try {
    if constexpr (Fixed) {
      const auto [w, r] = co_await gather(return_exceptions, writer(c), reader(c));
      throw_all({w.exception(), r.exception()});
    } else {
      co_await gather(writer(c), reader(c));  // culprit: masked_cause
    }
  } catch (...) {
    error = std::current_exception();
  }
  co_await call("close the connection", 5ms);
  if (error) std::rethrow_exception(error);
}

// ---- Tasks that are waited for, but not looked at.

task<> flush() { co_await call("flush a file"); }

template <bool Fixed>
task<> shut_down() {
  const std::vector files{spawn(flush()), spawn(flush())};
  co_await wait(files);  // culprit: unread_results
  if constexpr (Fixed) throw_all({files[0].exception(), files[1].exception()});
}

// ---- Errors as values that are only counted.

task<> insert() { co_await call("insert a row"); }

template <bool Fixed>
task<int> import_rows() {
  const auto [a, b] = co_await gather(return_exceptions, insert(), insert());  // culprit: uncounted
  if constexpr (Fixed) throw_all({a.exception(), b.exception()});
  co_return a.has_value() + b.has_value();
}

template <bool Fixed>
task<> nightly_import() {
  const int rows = co_await import_rows<Fixed>();
  co_await call("report the rows", rows * 1ms);
}

// ---- A handler for what "cannot be helped".

template <bool Fixed>
task<> refresh() {
  try {
    co_await call("download the prices");
  } catch (const std::exception& e) {  // culprit: swallowed_error
    if constexpr (Fixed) std::clog << "the prices are old: " << e.what() << '\n';
  }
  co_await call("publish the prices");
}

// ---- A roll-back that forgets what it was for.

template <bool Fixed>
task<> check_out() {
  int stock = 3;
  --stock;
  try {
    co_await call("charge the card");
  } catch (...) {  // culprit: swallowed_by_rollback
    ++stock;
    if constexpr (Fixed) throw;
  }
  co_await call("store the stock", stock * 1ms);
}

// ---- An error that becomes a success.

template <bool Fixed>
task<bool> save(int& saved) {
  try {
    co_await call("write the file");  // culprit: success_despite_error
    ++saved;
  } catch (const std::exception&) {
    if constexpr (Fixed) co_return false;
  }
  co_return true;
}

template <bool Fixed>
task<> close_editor() {
  int saved = 0;
  const bool said_so = co_await save<Fixed>(saved);
  EXPECT_EQ(saved, said_so ? 1 : 0);
}

// ---- A result that is asked for where nothing may throw.

task<int> add_up() { co_return co_await ask("the sum", 7); }

template <bool Fixed>
task<> show_total() {
  const handle<int> total = spawn(add_up());
  const std::vector one{total};
  co_await wait(one);  // culprit: thrown_in_noexcept
  const auto paint = [&]() noexcept { std::cout << "in all: " << total.result() << '\n'; };
  if constexpr (Fixed)
    if (const auto error = total.exception()) std::rethrow_exception(error);
  paint();
}

// ---- A coroutine that is called, but not awaited, on the error path only.

task<> alert() { co_await call("page the operator"); }

template <bool Fixed>
task<> watch_disk() {
  bool failed = false;
  try {
    co_await call("check the disk");
  } catch (const std::exception& e) {
    std::clog << e.what() << '\n';
    failed = true;
  }
  if (!failed) co_return;
  if constexpr (Fixed)
    co_await alert();
  else
    static_cast<void>(alert());  // culprit: alert_not_awaited
}

}  // namespace

std::vector<specimen> zoo::lost() {
  return {
      {"lost_notification", surfacing, "lost.cpp:notify+0=throw:failed", place_order<false>,
       place_order<true>},
      {"masked_cause", surfacing, "lost.cpp:reader+0=throw:failed", serve<false>, serve<true>},
      {"unread_results", surfacing, "lost.cpp:flush+0=throw:failed", shut_down<false>,
       shut_down<true>},
      {"uncounted", surfacing, "lost.cpp:insert+0=throw:failed", nightly_import<false>,
       nightly_import<true>},
      {"swallowed_error", surfacing, "lost.cpp:refresh+0=throw:failed", refresh<false>,
       refresh<true>},
      {"swallowed_by_rollback", surfacing, "lost.cpp:check_out+0=throw:failed", check_out<false>,
       check_out<true>},
      {"success_despite_error", assertions, "lost.cpp:save+0=throw:failed", close_editor<false>,
       close_editor<true>},
      {"thrown_in_noexcept", termination, "lost.cpp:add_up+0=throw:failed", show_total<false>,
       show_total<true>},
      {"alert_not_awaited", awaited, "lost.cpp:watch_disk+0=throw:failed", watch_disk<false>,
       watch_disk<true>},
  };
}
