// SPDX-License-Identifier: BSL-1.0
// After the first trials cofault asks nothing of the heap: what a trial allocates is what the
// program under test does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include "../support/task.hpp"
#include "cofault/cancel.hpp"
#include "cofault/explore.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/delay.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;
using testing::Each;
using testing::Ge;
using testing::SizeIs;

constexpr int awaits = 50;
constexpr std::size_t coroutines = 2;  // of the program, each with a frame of its own

task<> leaf(scheduler& s) {
  for (int i = 0; i < awaits; ++i) co_await s.yield();
  co_await s.sleep_for(1s);
}

task<> program(scheduler& s) { co_await leaf(s); }

// Goes on where it can, so that there is more to be tried behind each fault.
task<> forgiving(scheduler& s) {
  for (int i = 0; i < awaits; ++i) try {
      co_await s.yield();
    } catch (const int&) {
    }
  co_await leaf(s);
}

// How many allocations had been made when each run began. The runs are another process's.
struct log {
  static constexpr std::size_t capacity = 100'000;
  std::size_t length;
  std::size_t at_begin[capacity];
};
log& shared_log() {
  static void* const memory =
      ::mmap(nullptr, sizeof(log), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<log*>(memory);
}

// How many allocations there are from one trial's beginning to the next one's; of the later half
// of the exploration.
template <class Body>
std::vector<std::size_t> per_trial(Body body, const options& how) {
  log& seen = shared_log();
  seen.length = 0;
  const exploration found = explore(
      [&](scheduler& s) {
        if (seen.length < log::capacity) seen.at_begin[seen.length++] = allocations;
        return body(s);
      },
      how);
  EXPECT_TRUE(found.clean()) << describe(found);
  std::vector<std::size_t> out;
  for (std::size_t i = seen.length / 2; i + 1 < seen.length; ++i)
    out.push_back(seen.at_begin[i + 1] - seen.at_begin[i]);
  return out;
}

TEST(Memory, IsReusedByASweepOfThrows) {
  const auto seen = per_trial(program, options().inject(inject::throwing(1)));
  EXPECT_THAT(seen, SizeIs(Ge(20u)));
  EXPECT_THAT(seen, Each(coroutines));
}

TEST(Memory, IsReusedByPairs) {
  const auto seen =
      per_trial(forgiving, options().inject(inject::throwing(1)).deliberate<int>().trials(1000));
  EXPECT_THAT(seen, SizeIs(Ge(400u)));
  EXPECT_THAT(seen, Each(coroutines));
}

struct stopped {};

task<> stoppable(scheduler& s, const bool& stop) {
  for (int i = 0; i < awaits; ++i) {
    co_await s.yield();
    if (stop) throw stopped();
  }
}

TEST(Memory, IsReusedByCancellations) {
  bool stop = false;
  const auto body = [&stop](scheduler& s) {
    stop = false;
    on_cancel([&stop] { stop = true; });
    return stoppable(s, stop);
  };
  const auto seen = per_trial(
      body, options().inject(inject::cancel({moment::suspended})).cancellation<stopped>());
  EXPECT_THAT(seen, SizeIs(Ge(20u)));
  EXPECT_THAT(seen, Each(1u));
}

task<> side_by_side(scheduler& s) {
  task<> a = leaf(s), b = leaf(s);
  a.start();
  b.start();
  while (!a.done() || !b.done()) co_await s.sleep_for(1s);
}

TEST(Memory, IsReusedBySchedules) {
  for (const options& how :
       {options().search(search::random(200)), options().search(search::pct(3, 200))}) {
    const auto seen = per_trial(side_by_side, how.inject(inject::delay()));
    EXPECT_THAT(seen, SizeIs(Ge(90u)));
    EXPECT_THAT(seen, Each(3u));
  }
}

}  // namespace
