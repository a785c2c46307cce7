// SPDX-License-Identifier: BSL-1.0
// What a throw costs while an exploration watches.
#include <cofault/inject/throwing.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <memory>

#include "candidates.hpp"
#include "kept_output.hpp"
#include "program.hpp"
#include "row.hpp"

COFAULT_USER_CODE(__FILE__);

namespace bench {
namespace {

constexpr int throws = 100;

template <bool Watched>
task<Watched> thrower(int frames) {
  if (frames == 1) throw lost();
  co_return co_await thrower<Watched>(frames - 1);
}

// Each exception is caught behind `frames` coroutines that it leaves; 0: where it is thrown.
template <bool Watched>
task<Watched> throw_and_catch(int frames) {
  int caught = 0;
  for (int i = 0; i < throws; ++i) {
    try {
      if (frames == 0) throw lost();
      co_await thrower<Watched>(frames);
    } catch (const lost&) {
      ++caught;
    }
  }
  co_return caught;
}

template <int Frames>
void throws_by_hand(benchmark::State& state) {
  for (auto _ : state) {
    auto root = throw_and_catch<false>(Frames);
    root.handle().resume();
    if (root.await_resume() != throws) fail(state, "not everything was caught");
  }
}

// What a program throws while an exploration watches: the hooks record, the coroutine is not
// instrumented, so that nothing else differs.
template <int Frames>
task<true> watched_throws(cofault::scheduler& s) {
  try {
    co_await s.yield();
  } catch (const lost&) {
  }
  auto root = throw_and_catch<false>(Frames);
  root.handle().resume();
  co_return root.await_resume();
}

cofault::plan fault_at_the_first_await(const cofault::outcome& plain) {
  const auto points = cofault::detail::points_of(plain.trace(), cofault::family(plain.trace()));
  return cofault::plan({points.at(0).where, {cofault::fault_kind::throw_value, 0}});
}

// With the output kept, as in a forked child: that is when printing is looked for.
template <int Frames, bool Faulted>
void throws_in_a_run(benchmark::State& state) {
  const cofault::driver_factory world = [] {
    return std::make_unique<cofault::detail::scheduler_driver>([](cofault::scheduler& s) {
      return cofault::detail::await_root(watched_throws<Frames>(s));
    });
  };
  const auto how = cofault::options().inject(cofault::inject::throwing(lost()));
  const cofault::detail::kept_output quiet;
  cofault::plan what;
  if (Faulted) what = fault_at_the_first_await(cofault::run(world, what, how));
  std::uint32_t reached = 0;
  for (auto _ : state) reached = cofault::run(world, what, how).reached;
  if (reached != (Faulted ? 1u : 0u)) fail(state, "the fault is not where it should be");
}

const added here{
    {.program = "throws",
     .what = "100 throws, caught where they are thrown",
     .peer_is = "not watched",
     .name = "throw",
     .ours = throws_in_a_run<0, false>,
     .peer = throws_by_hand<0>,
     .most = 1.3},
    {.program = "throws",
     .what = "100 throws through 1 coroutine",
     .peer_is = "not watched",
     .name = "throw_1",
     .ours = throws_in_a_run<1, false>,
     .peer = throws_by_hand<1>,
     .most = 1.3},
    {.program = "throws",
     .what = "100 throws through 5 coroutines",
     .peer_is = "not watched",
     .name = "throw_5",
     .ours = throws_in_a_run<5, false>,
     .peer = throws_by_hand<5>,
     .most = 1.3},
    {.program = "throws",
     .what = "100 throws behind a fault",
     .peer_is = "not watched",
     .name = "behind_fault",
     .ours = throws_in_a_run<0, true>,
     .peer = throws_by_hand<0>},
    {.program = "throws",
     .what = "100 throws behind a fault, through 5 coroutines",
     .peer_is = "not watched",
     .name = "behind_fault_5",
     .ours = throws_in_a_run<5, true>,
     .peer = throws_by_hand<5>},
};

}  // namespace
}  // namespace bench
