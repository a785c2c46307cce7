// SPDX-License-Identifier: BSL-1.0
// What docs/reading-a-report.md says of what is not reported.
#include <cofault/boost_asio.hpp>
// after it
#include <boost/asio.hpp>
#include <chrono>
#include <cofault/exception_story.hpp>
#include <cofault/gmock.hpp>
#include <cofault/inject/selector.hpp>
#include <cofault/inject/usual.hpp>
#include <cofault/property.hpp>
#include <cofault/tracked.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using boost::asio::any_io_executor;
using boost::asio::awaitable;
using boost::asio::detached;
using boost::asio::use_awaitable;
using testing::Contains;
using testing::ElementsAre;

// The properties that are violated.
std::vector<std::string> violated(const cofault::exploration& what) {
  std::vector<std::string> out;
  for (const cofault::finding& f : what.findings) out.push_back(f.property);
  return out;
}

// ---- the error as a value

awaitable<void> ask(any_io_executor warehouse) {
  boost::asio::steady_timer answer(warehouse, 1s);
  co_await answer.async_wait(use_awaitable);
}

awaitable<int> in_stock(any_io_executor warehouse) {
  int pieces = 0;
  try {
    co_await ask(warehouse);
    pieces = 12;
  } catch (...) {
  }
  co_return pieces;
}

TEST(NotReported, AnErrorAsAValue) {
  const auto body = [](any_io_executor executor) -> awaitable<void> {
    const int pieces = co_await in_stock(executor);
    EXPECT_GE(pieces, 0);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

TEST(NotReported, AnErrorAsAValueThatIsWrong) {
  const auto body = [](any_io_executor executor) -> awaitable<void> {
    const int pieces = co_await in_stock(executor);
    EXPECT_EQ(pieces, 12);  // or an exception: never another number
  };
  EXPECT_THAT(violated(cofault::explore(body)), ElementsAre("the test's own assertions hold"));
}

// ---- a handler that looks away

awaitable<void> refill(any_io_executor warehouse, std::shared_ptr<int> pieces) {
  co_await ask(warehouse);
  *pieces += 10;
}

awaitable<void> open(any_io_executor executor, std::shared_ptr<int> pieces) {
  co_spawn(executor, refill(executor, pieces), [](std::exception_ptr) {});
  co_return;
}

awaitable<void> open_detached(any_io_executor executor, std::shared_ptr<int> pieces) {
  co_spawn(executor, refill(executor, pieces), detached);
  co_return;
}

template <class Open>
auto opening(Open open) {
  return [open](any_io_executor executor) { return open(executor, std::make_shared<int>()); };
}

TEST(NotReported, AHandlerThatLooksAway) {
  EXPECT_THAT(cofault::explore(opening(open)), cofault::SurvivesEveryFault());
  EXPECT_THAT(violated(cofault::explore(opening(open_detached))),
              ElementsAre("every exception surfaces"));
}

awaitable<int> ask_for(std::shared_ptr<int> pieces) { co_return *pieces; }

TEST(NotReported, AHandlerThatLooksAwayFromWhatIsMissed) {
  const auto body = [](any_io_executor executor) -> awaitable<void> {
    const auto pieces = std::make_shared<int>();
    cofault::probe([pieces] { return ask_for(pieces); });
    co_await open(executor, pieces);
    co_await boost::asio::steady_timer(executor, 1h).async_wait(use_awaitable);
  };
  EXPECT_THAT(violated(cofault::explore(body)), Contains("one fault hurts nobody else"));
}

// ---- dropped by an exception on its way

awaitable<void> say_goodbye() { co_return; }

awaitable<void> dine(any_io_executor warehouse) {
  awaitable<void> goodbye = say_goodbye();
  co_await ask(warehouse);
  co_await std::move(goodbye);
}

awaitable<void> clear(std::uint32_t table) {
  cofault::released(table);
  co_return;
}

awaitable<void> dine_at(any_io_executor warehouse) {
  const std::uint32_t table = cofault::acquired("a table");  // `clear` gives it back
  awaitable<void> leaving = clear(table);
  co_await ask(warehouse);
  co_await std::move(leaving);
}

awaitable<void> dine_and_clear(any_io_executor warehouse) {
  const std::uint32_t table = cofault::acquired("a table");
  std::exception_ptr failed;
  try {
    co_await ask(warehouse);
  } catch (...) {
    failed = std::current_exception();
  }
  co_await clear(table);
  if (failed) std::rethrow_exception(failed);
}

TEST(NotReported, ACoroutineThatAnExceptionDrops) {
  using namespace cofault::inject;
  const auto how = cofault::options().inject(only(usual(), in("ask")));
  EXPECT_THAT(cofault::explore(dine, how), cofault::SurvivesEveryFault());
  EXPECT_THAT(violated(cofault::explore(dine_at, how)),
              ElementsAre("what is acquired is released"));
  EXPECT_THAT(cofault::explore(dine_and_clear, how), cofault::SurvivesEveryFault());
}

// ---- a rule of one's own

struct no_error_becomes_a_value : cofault::property {
  std::string_view name() const override { return "no error becomes a value"; }
  cofault::kind_set needs() const override { return kinds(cofault::event_kind::left); }
  void judge(const cofault::outcome& run, std::vector<cofault::violation>& out) const override {
    for (const auto& e : exception_stories(run))
      if (e.end == cofault::fate::returned)
        out.push_back({0, e.handled_by, "a handler returned a value in its place"});
  }
};

TEST(NotReported, ARuleOfOnesOwn) {
  const auto strict = cofault::options().judge(no_error_becomes_a_value());
  EXPECT_THAT(violated(cofault::explore(in_stock, strict)),
              ElementsAre("no error becomes a value"));
  EXPECT_THAT(cofault::explore(ask, strict), cofault::SurvivesEveryFault());
}

}  // namespace
