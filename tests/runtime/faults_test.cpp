// SPDX-License-Identifier: BSL-1.0
// The runtime under its own framework: every primitive, in a program that uses it well, with a
// fault at every await point. All properties hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <vector>

#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/error.hpp"
#include "cofault/runtime.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault::runtime;
using cofault::SurvivesEveryFault;

int living = 0;  // resources
struct counted {
  counted() { ++living; }
  counted(const counted&) = delete;
  ~counted() { --living; }
};
using resource = cofault::tracked<counted>;

task<int> work(int value) {
  const resource held;
  co_await sleep_for(value * 1s);
  co_await yield();
  co_return value;
}

task<int> awaits() { co_return co_await work(1) + co_await work(2); }

task<int> spawns() {
  const handle<int> h = spawn(work(1));
  co_return co_await h;
}

task<int> spawns_two() {
  const handle<int> a = spawn(work(2)), b = spawn(work(1));
  int sum = 0;
  std::exception_ptr failed;
  for (const handle<int>& h : {a, b}) {
    try {
      sum += co_await h;
    } catch (...) {
      if (!failed) failed = std::current_exception();
    }
  }
  if (failed) std::rethrow_exception(failed);
  co_return sum;
}

task<int> gathers() {
  const auto all = co_await gather(return_exceptions, work(1), work(2), work(3));
  co_return std::get<0>(all).value() + std::get<1>(all).value() + std::get<2>(all).value();
}

task<int> gathers_one() {
  const auto [one] = co_await gather(work(1));
  co_return one;
}

task<int> waits() {
  const std::vector all{spawn(work(2)), spawn(work(1))};
  auto left = co_await wait(all, return_when::first_completed);
  for (const auto& h : left.pending) h.cancel();
  co_await wait(left.pending);
  int sum = 0;
  for (const auto& h : left.done) sum += h.result();
  co_return sum;
}

task<int> shields() { co_return co_await shield(work(1)); }

task<int> within_time() { co_return co_await timeout(1h, work(1)); }

task<int> out_of_time() {
  try {
    co_return co_await timeout(1s, work(10));
  } catch (const timed_out&) {
    co_return -1;
  }
}

task<int> groups() {
  int sum = 0;
  const auto adds = [](int& to, int what) -> task<> { to += co_await work(what); };
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(adds(sum, 1));
    g.spawn(adds(sum, 2));
    co_await yield();
  });
  co_return sum;
}

task<int> signals() {
  event ready;
  const auto sets = [](event& e) -> task<> {
    struct setter {
      event& what;
      ~setter() { what.set(); }
    } at_the_end{e};
    co_await sleep_for(1s);
  };
  co_await with_task_group([&](task_group& g) -> task<> {  // ends before the event does
    g.spawn(sets(ready));
    co_await ready.wait();
  });
  co_return 1;
}

task<int> locks() {
  int inside = 0, sum = 0;
  mutex m;
  const auto user = [](mutex& u, int& in, int& total) -> task<> {
    const auto held = co_await u.lock();
    EXPECT_EQ(++in, 1);
    struct out {
      int& count;
      ~out() { --count; }
    } at_the_end{in};
    co_await sleep_for(1s);
    ++total;
  };
  co_await with_task_group([&](task_group& g) -> task<> {
    for (int i = 0; i < 3; ++i) g.spawn(user(m, inside, sum));
    co_return;
  });
  EXPECT_FALSE(m.is_locked());
  co_return sum;
}

task<> produce(channel<int>& c) {
  struct closer {
    channel<int>& what;
    ~closer() { what.close(); }
  } at_the_end{c};
  for (int i = 1; i <= 4; ++i) co_await c.send(i);
}

task<> consume(channel<int>& c, int& sum) {
  struct closer {
    channel<int>& what;
    ~closer() { what.close(); }
  } at_the_end{c};
  try {
    for (;;) sum += co_await c.receive();
  } catch (const channel_closed&) {
  }
}

task<int> passes_on() {
  int sum = 0;
  channel<int> c(2);
  co_await with_task_group([&](task_group& g) -> task<> {
    g.spawn(produce(c));
    g.spawn(consume(c, sum));
    co_return;
  });
  co_return sum;
}

struct program {
  const char* name;
  task<int> (*body)();
  int result;
};
void PrintTo(const program& p, std::ostream* out) { *out << p.name; }

class RuntimeUnderFaults : public testing::TestWithParam<program> {};

TEST_P(RuntimeUnderFaults, EveryPropertyHolds) {
  const auto found = cofault::explore(
      GetParam().body,
      cofault::options().inject(cofault::inject::error({cofault::io_error::failed})));
  EXPECT_THAT(found, SurvivesEveryFault());
  EXPECT_GE(found.trials, 1u) << describe(found);
  RecordProperty("trials", static_cast<int>(found.trials));
  EXPECT_EQ(run(GetParam().body()), GetParam().result);
}

// Cancelled from outside behind each of its steps, alone and twice.
int cancelled_behind(task<int> (*body)(), int steps, int times) {
  cofault::scheduler world;
  const handle<int> root = spawn(world, body());
  int taken = 0;
  const auto go = [&] {
    if (world.step()) return true;
    const auto next = world.next_deadline();
    if (!next) return false;
    world.advance(std::chrono::nanoseconds(*next - cofault::virtual_clock::now()));
    return true;
  };
  while (taken < steps && !root.done() && go()) ++taken;
  const bool reached = !root.done();
  if (reached) root.cancel();
  for (int again = 1; again < times; ++again) {
    go();
    root.cancel();
  }
  while (go()) {
  }
  EXPECT_EQ(living, 0);
  if (const auto error = root.exception(); error && !root.cancelled())
    ADD_FAILURE() << "cancelled behind step " << steps << ", it failed with "
                  << detail::in_words(error);
  EXPECT_TRUE(root.done()) << "behind step " << steps << '\n' << describe(world.pending());
  EXPECT_TRUE(world.pending().empty()) << describe(world.pending());
  return reached;
}

TEST_P(RuntimeUnderFaults, CancelledAtEveryStep) {
  for (int times = 1; times <= 2; ++times) {
    int steps = 0;
    while (cancelled_behind(GetParam().body, steps, times)) ++steps;
    EXPECT_GT(steps, 1);
  }
}

TEST_P(RuntimeUnderFaults, EveryCancellationIsHonoured) {
  const auto found =
      cofault::explore(GetParam().body, cofault::options().inject(cofault::inject::cancel()));
  EXPECT_THAT(found, SurvivesEveryFault());
  EXPECT_GE(found.trials, 7u) << describe(found);
  RecordProperty("trials", static_cast<int>(found.trials));
}

INSTANTIATE_TEST_SUITE_P(
    Primitives, RuntimeUnderFaults,
    testing::Values(program{"awaits", awaits, 3}, program{"spawns", spawns, 1},
                    program{"spawns_two", spawns_two, 3}, program{"gathers", gathers, 6},
                    program{"gathers_one", gathers_one, 1}, program{"waits", waits, 1},
                    program{"shields", shields, 1}, program{"within_time", within_time, 1},
                    program{"out_of_time", out_of_time, -1}, program{"groups", groups, 3},
                    program{"signals", signals, 1}, program{"locks", locks, 3},
                    program{"passes_on", passes_on, 10}),
    [](const auto& p) { return std::string(p.param.name); });

}  // namespace
