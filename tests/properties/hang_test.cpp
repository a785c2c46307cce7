// SPDX-License-Identifier: BSL-1.0
// A hang is one finding, whatever goes wrong when its world is destroyed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../support/detached.hpp"
#include "../support/task.hpp"
#include "../support/when_all.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/explore.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace library {

// One waits for it. Nobody may wait when it goes.
class event {
 public:
  explicit event(cofault::scheduler& s) : scheduler_(s) {}
  ~event() {
    if (waiting_) std::abort();
  }
  void set() {
    is_set_ = true;
    if (waiting_) scheduler_.post(std::exchange(waiting_, {}));
  }
  bool await_ready() const noexcept { return is_set_; }
  void await_suspend(std::coroutine_handle<> h) noexcept { waiting_ = h; }
  void await_resume() const noexcept {}

 private:
  cofault::scheduler& scheduler_;
  bool is_set_ = false;
  std::coroutine_handle<> waiting_;
};

}  // namespace library

namespace {

using namespace std::chrono_literals;
using cofault::explore;
using cofault::scheduler;
using support::detached;
using support::task;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

auto hangs() { return ElementsAre(Field(&cofault::finding::property, "nothing waits for ever")); }

task<> signals(scheduler& s, library::event& e) {
  co_await s.sleep_for(1ms);
  e.set();
}
task<> signals_always(scheduler& s, library::event& e) {
  try {
    co_await s.sleep_for(1ms);
  } catch (...) {
    e.set();
    throw;
  }
  e.set();
}
task<> logs_instead(scheduler& s, library::event& e) {
  try {
    co_await s.sleep_for(1ms);
    e.set();
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
}
template <task<> (*Signals)(scheduler&, library::event&)>
task<> waits_for_it(scheduler& s) {
  library::event e(s);
  auto sender = Signals(s, e);
  sender.start();
  co_await e;  // guilty
  co_await sender;
}

// A world that hangs may not survive to be destroyed: what killed it is not what is wrong.
TEST(Hang, ThatDiesWithItsWorld) {
  const auto result = explore(waits_for_it<signals>);
  ASSERT_THAT(result.findings, hangs()) << describe(result);
  EXPECT_THAT(result.findings[0].report, HasSubstr("// guilty"));
  const auto logged = explore(waits_for_it<logs_instead>);
  EXPECT_THAT(logged.findings, hangs()) << describe(logged);
  const auto mended = explore(waits_for_it<signals_always>);
  EXPECT_THAT(mended.findings, IsEmpty()) << describe(mended);
}

struct signal {
  std::vector<std::coroutine_handle<>> waiting;
  scheduler& s;
  void set() {
    for (const auto h : std::exchange(waiting, {})) s.post(h);
  }
  auto wait() {
    struct awaiter {
      signal& of;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> h) { of.waiting.push_back(h); }
      void await_resume() const noexcept {}
    };
    return awaiter{*this};
  }
};

detached looks_on(signal& of) { co_await of.wait(); }

task<> sets(scheduler& s, signal& all) {
  co_await s.sleep_for(1ms);
  all.set();
}
task<> waits_with_others(scheduler& s) {
  signal all{{}, s};
  looks_on(all);
  auto sender = sets(s, all);
  sender.start();
  co_await all.wait();
  co_await sender;
}

// Who waits with the root is alive because the root waits.
TEST(Hang, IsOneFinding) {
  const auto in_sets = cofault::inject::only(cofault::inject::usual(), cofault::inject::in("sets"));
  const auto result = explore(waits_with_others, cofault::options().inject(in_sets));
  EXPECT_THAT(result.findings, hangs()) << describe(result);
}

// One at a time.
struct gate {
  signal opened;
  bool is_closed = false;

  auto enter() {
    struct awaiter {
      gate& of;
      bool await_ready() const noexcept { return !of.is_closed; }
      void await_suspend(std::coroutine_handle<> h) { of.opened.waiting.push_back(h); }
      void await_resume() const noexcept { of.is_closed = true; }
    };
    return awaiter{*this};
  }
  void leave() {
    is_closed = false;
    opened.set();
  }
};

detached asks(std::shared_ptr<gate> g, cofault::detail::probe_done done) {
  co_await g->enter();
  done(cofault::detail::probe_result::passed);
}

// Owns the gate it waits at.
void waits_at_a_closed_one(scheduler& s) {
  asks(std::make_shared<gate>(signal{{}, s}, true), nullptr);
}

template <bool Leaks>
task<> leaves_it_closed(scheduler& s) {
  const auto g = std::make_shared<gate>(signal{{}, s});
  cofault::detail::add_probe([g](const cofault::detail::probe_done& done) { asks(g, done); });
  co_await g->enter();
  try {
    co_await s.sleep_for(1ms);
  } catch (...) {
    if (Leaks) waits_at_a_closed_one(s);
    throw;
  }
  g->leave();
}

// Who asks owns the gate that will never open, and is alive because of that.
TEST(Hang, OfAProbeIsOneFinding) {
  const auto hurt = Field(&cofault::finding::property, "one fault hurts nobody else");
  const auto leaked = Field(&cofault::finding::property, "every coroutine frame is destroyed");
  const auto result = explore(leaves_it_closed<false>);
  EXPECT_THAT(result.findings, ElementsAre(hurt)) << describe(result);
  const auto leaks = explore(leaves_it_closed<true>);
  EXPECT_THAT(leaks.findings, UnorderedElementsAre(hurt, leaked)) << describe(leaks);
}

task<> sets_always(scheduler& s, signal& all) {
  std::exception_ptr error;
  try {
    co_await s.sleep_for(1ms);
  } catch (...) {
    error = std::current_exception();
  }
  all.set();
  if (error) std::rethrow_exception(error);
}
task<> waits_alone(signal& all) {
  co_await all.wait();  // guilty
}
template <task<> (*Sets)(scheduler&, signal&)>
task<> joins(scheduler& s) {
  signal all{{}, s};
  const auto parts = co_await support::when_all(waits_alone(all), Sets(s, all));
  for (const support::part& p : parts) p.get();
}

// The join's own coroutines are not seen.
TEST(Hang, BehindAJoinIsOfWhoWaits) {
  const auto in_sets = cofault::inject::only(cofault::inject::usual(), cofault::inject::in("sets"));
  const auto result = explore(joins<sets>, cofault::options().inject(in_sets));
  ASSERT_THAT(result.findings, hangs()) << describe(result);
  const std::string& report = result.findings[0].report;
  EXPECT_THAT(report, HasSubstr("  culprit  hang_test.cpp"));
  EXPECT_THAT(report, HasSubstr("| co_await all.wait();  // guilty\n  because"));
  EXPECT_THAT(report, HasSubstr("waits_alone() waits at hang_test.cpp"));
  EXPECT_THAT(report, HasSubstr("by joins() at hang_test.cpp"));
  const auto mended = explore(joins<sets_always>);
  EXPECT_THAT(mended.findings, IsEmpty()) << describe(mended);
}

}  // namespace
