// SPDX-License-Identifier: BSL-1.0
#include "cofault/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "../support/task.hpp"
#include "cofault/fault_free.hpp"
#include "cofault/scheduler.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;

template <class Body>
driver_factory world_of(Body body) {
  return [body] {
    return std::make_unique<detail::scheduler_driver>(
        [body](scheduler& s) { return detail::await_root(body(s)); });
  };
}

template <class Body>
outcome run_of(Body body, const plan& p = plan(), const options& how = options()) {
  return run(world_of(body), p, how);
}

// How often each kind of event was recorded.
std::size_t count_of(const outcome& what, event_kind kind) {
  std::size_t n = 0;
  for (const event& e : what.trace()) n += e.kind == kind;
  EXPECT_EQ(n > 0, what.has(kind)) << "the bit set of kinds";
  return n;
}

task<int> leaf(scheduler& s) {
  co_await s.sleep_for(1s);
  co_return 1;
}
task<> tree(scheduler& s) {
  static_cast<void>(co_await leaf(s));
  static_cast<void>(co_await leaf(s));
}

plan plan_at(const char* text) { return parse_plan(std::string("run_test.cpp:") + text); }

TEST(Run, Completes) {
  const outcome done = run_of(tree);
  EXPECT_EQ(done.end, ending::completed);
  EXPECT_EQ(done.root_completions, 1u);
  EXPECT_EQ(done.duration, std::chrono::nanoseconds(2s).count());
  EXPECT_EQ(done.arrivals, 4u);
  EXPECT_TRUE(done.fault_free);
  EXPECT_FALSE(done.truncated);
  EXPECT_EQ(count_of(done, event_kind::root_returned), 1u);
  EXPECT_EQ(count_of(done, event_kind::jumped), 2u);
}

TEST(Run, RecordsTheLifeOfEachCoroutine) {
  const outcome done = run_of(tree);
  for (const event_kind kind :
       {event_kind::created, event_kind::started, event_kind::returned, event_kind::destroyed})
    EXPECT_EQ(count_of(done, kind), 3u);
  EXPECT_EQ(count_of(done, event_kind::alive), 0u);
}

TEST(Run, IsAPureFunctionOfItsPlan) {
  const auto trace_of = [](const plan& p) {
    std::vector<std::tuple<event_kind, std::uint32_t, std::uint32_t, std::uint64_t, virtual_time>>
        t;
    for (const event& e : run_of(tree, p).trace())
      t.emplace_back(e.kind, e.frame, e.site, e.value, e.time);
    return t;
  };
  static_cast<void>(run_of(tree));
  const plan fault = plan_at("leaf+0/2.1=throw:failed");
  const auto plain = trace_of(plan()), faulted = trace_of(fault);
  EXPECT_NE(plain, faulted);
  EXPECT_EQ(plain, trace_of(plan()));
  EXPECT_EQ(faulted, trace_of(fault));
}

TEST(Run, ExecutesAFault) {
  static_cast<void>(run_of(tree));
  const outcome done = run_of(tree, plan_at("leaf+0/2.1=throw:failed"));
  EXPECT_EQ(done.reached, 1u);
  EXPECT_FALSE(done.fault_free);
  EXPECT_EQ(done.end, ending::completed);
  EXPECT_EQ(count_of(done, event_kind::root_threw), 1u);
  EXPECT_EQ(done.duration, std::chrono::nanoseconds(1s).count()) << "instead of the second sleep";
}

TEST(Run, SaysWhichDeviationsWereReached) {
  static_cast<void>(run_of(tree));
  const outcome done = run_of(
      tree, parse_plan("run_test.cpp:leaf+0/7.1=throw:failed;run_test.cpp:leaf+0=throw:failed"));
  EXPECT_EQ(done.reached, 1u) << "the second of two";
}

TEST(Run, HangsWhenNothingCanMove) {
  const auto body = [](scheduler& s) -> task<> { co_await s.sleep_for(std::chrono::hours::max()); };
  const outcome hung = run_of(body);
  EXPECT_EQ(hung.end, ending::hung);
  EXPECT_EQ(count_of(hung, event_kind::pending), 1u);
  EXPECT_EQ(count_of(hung, event_kind::destroyed), 1u) << "the teardown destroys it";
}

TEST(Run, StopsAtItsBound) {
  const auto body = [](scheduler& s) -> task<> {
    for (;;) co_await s.sleep_for(1s);
  };
  const outcome cut = run_of(body, plan(), options().arrivals(50));
  EXPECT_EQ(cut.end, ending::bounded);
  EXPECT_EQ(cut.arrivals, 51u);
}

TEST(Run, ParksWhatSpins) {
  const auto body = [](scheduler& s) -> task<> {
    for (;;) co_await s.yield();
  };
  const outcome done = run_of(body, plan(), options().visits(20));
  EXPECT_EQ(done.end, ending::hung);
  EXPECT_EQ(count_of(done, event_kind::parked), 1u);
}

TEST(Run, DoesNotParkWhatLetsTimePass) {
  const auto body = [](scheduler& s) -> task<> {
    for (int i = 0; i < 100; ++i) co_await s.sleep_for(1ns);
  };
  EXPECT_FALSE(run_of(body, plan(), options().visits(20)).has(event_kind::parked));
}

TEST(Run, ABodyThatThrowsEndsTheRoot) {
  const auto body = [](scheduler&) -> task<> { throw std::runtime_error("no world"); };
  const outcome done = run_of(body);
  EXPECT_EQ(count_of(done, event_kind::root_threw), 1u);
}

TEST(Run, AnExceptionThatLeavesTheLoopIsRecorded) {
  const auto body = [](scheduler& s) -> task<> {
    s.post([] { throw 1; });
    co_await s.yield();
  };
  const outcome done = run_of(body);
  EXPECT_EQ(count_of(done, event_kind::escaped), 1u);
  EXPECT_EQ(done.end, ending::completed);
}

TEST(Run, CannotBeNested) {
  bool refused = false;
  const auto body = [&](scheduler& s) -> task<> {
    co_await s.yield();
    try {
      static_cast<void>(run_of(tree));
    } catch (const std::logic_error&) {
      refused = true;
    }
  };
  static_cast<void>(run_of([&](scheduler& s) { return body(s); }));
  EXPECT_TRUE(refused);
}

TEST(Run, FaultFreeIsTrueUntilAFault) {
  std::vector<bool> seen;
  const auto body = [&](scheduler& s) -> task<> {
    seen.push_back(fault_free());
    try {
      co_await s.yield();
    } catch (const injected_error&) {
    }
    seen.push_back(fault_free());
  };
  const auto root = [&](scheduler& s) { return body(s); };
  static_cast<void>(run_of(root));
  EXPECT_EQ(seen, (std::vector<bool>{true, true}));
  seen.clear();
  static_cast<void>(run_of(root, plan_at("Run_FaultFreeIsTrueUntilAFault_Test::TestBody::lambda+0/"
                                         "1.1=throw:failed")));
  EXPECT_EQ(seen, (std::vector<bool>{true, false}));
  EXPECT_TRUE(fault_free());
}

// Another thread hands the answer over while the world settles, and that ends a timer. What is left
// the world knows only as of then.
class answered_late final : public driver {
 public:
  auto answer() {
    struct awaiter {
      answered_late& of;
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> h) { of.waits_ = h; }
      void await_resume() const {}
    };
    return awaiter{*this};
  }

  void start() override {
    root_ = detail::await_root([](answered_late& w) -> task<> { co_await w.answer(); }(*this));
    root_.handle().resume();
  }
  std::size_t choices() override { return ready_ ? 1 : 0; }
  bool run(std::size_t) override {
    timer_ = false;
    std::exchange(ready_, nullptr).resume();
    return true;
  }
  void settle() override {
    known_ = timer_;
    if (waits_) ready_ = std::exchange(waits_, nullptr);
  }
  std::optional<virtual_time> next_deadline() override {
    return known_ ? std::optional<virtual_time>(5) : std::nullopt;
  }
  void jumped() override {}
  void park(std::shared_ptr<void>) override {}
  void teardown() override { root_ = detail::root_coroutine(); }

 private:
  detail::root_coroutine root_;
  std::coroutine_handle<> waits_, ready_;
  bool timer_ = true, known_ = true;
};

TEST(Run, LooksAgainAtWhatIsLeftBehindALateAnswer) {
  const outcome done = run([] { return std::make_unique<answered_late>(); }, plan(), options());
  EXPECT_EQ(done.end, ending::completed);
  for (const event& e : done.trace())
    if (e.kind == event_kind::torn_down) {
      EXPECT_EQ(e.value, 0u) << "a timer was left";
    }
}

}  // namespace
