// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <memory>

#include "example.hpp"

namespace {

using namespace journal;
using boost::asio::any_io_executor;
using append_function = awaitable<void> (*)(lock&, disk&, std::string);

class slow_disk : public disk {
 public:
  awaitable<void> write(std::string) override {
    boost::asio::steady_timer done(co_await boost::asio::this_coro::executor,
                                   std::chrono::milliseconds(5));
    co_await done.async_wait(boost::asio::use_awaitable);
  }
};

struct world {
  explicit world(any_io_executor executor) : mutex(executor) {}
  lock mutex;
  slow_disk to;
};

cofault::exploration cancel(append_function append) {
  const auto body = [append](any_io_executor executor) -> awaitable<void> {
    const auto w = std::make_shared<world>(executor);
    cofault::probe([w, append] { return append(w->mutex, w->to, "the next writer's line"); });
    co_await append(w->mutex, w->to, "a line");
  };
  return cofault::explore(body, cofault::options().inject(cofault::inject::cancel()));
}

cofault::exploration leaky_journal() { return cancel(leaky::append); }
cofault::exploration fixed_journal() { return cancel(fixed::append); }

}  // namespace

const example journal_example = {
    "journal",
    leaky_journal,
    fixed_journal,
    {{"one fault hurts nobody else", "journal.cpp", "co_await to.write(line);"}}};

TEST(Journal, StaysLockedOnceAWriterIsCancelled) {
  EXPECT_THAT(verdicts(leaky_journal()),
              testing::UnorderedElementsAreArray(journal_example.declared));
}

TEST(Journal, FixedIsFreeForTheNextWriter) {
  EXPECT_THAT(fixed_journal(), cofault::SurvivesEveryFault());
}
