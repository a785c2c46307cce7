// SPDX-License-Identifier: BSL-1.0
#include <cofault/boost_asio.hpp>
#include <cofault/inject/error.hpp>
#include <cofault/run.hpp>
#include <memory>

#include "asio_peer.hpp"
#include "asio_program.hpp"
#include "row.hpp"

COFAULT_USER_CODE(BENCH_ASIO_PROGRAM);

namespace bench {
namespace {

template <class Body>
void asio_run(benchmark::State& state, Body body) {
  namespace here = cofault::detail::in_boost_asio;
  const cofault::driver_factory world = [body] {
    return std::make_unique<here::asio_driver>([body](here::asio_driver::executor executor) {
      asio::co_spawn(executor, body(executor), here::root_handler());
    });
  };
  const cofault::plan none;
  const cofault::options how;
  std::uint32_t completions = 1;
  for (auto _ : state) completions = cofault::run(world, none, how).root_completions;
  if (completions != 1) fail(state, "the root did not complete");
}

void code_sweep(benchmark::State& state) {
  const auto how =
      cofault::options().inject(cofault::inject::error({cofault::io_error::eof})).in_process();
  for (auto _ : state) {
    const auto found =
        cofault::explore([](asio::any_io_executor executor) { return operations(executor); }, how);
    if (found.trials != asio_awaits || !found.clean()) fail(state, "not every code was tried");
  }
}

template <int (*Peer)()>
measure peer(int expected) {
  return [expected](benchmark::State& state) {
    int done = expected;
    for (auto _ : state) done = Peer();
    if (done != expected) fail(state, "the peer did something else");
  };
}

const added here{
    {.program = "C",
     .what = "10 writes, each fails once",
     .peer_is = "Beast's test::stream with fail_count",
     .name = "beast",
     .peer = peer<bench_peer_fail_count_sweep>(asio_awaits),
     .derive =
         [](auto& times) {
           if (times.contains("throw_sweep")) times["beast"] = times["throw_sweep"];
         }},
    {.program = "D",
     .what = "an error code at each of 10 awaits, under Asio",
     .peer_is = "by hand on an io_context",
     .name = "code_sweep",
     .ours = code_sweep,
     .peer = peer<bench_peer_code_sweep>(asio_awaits * (asio_awaits - 1) / 2)},
    {.program = "E",
     .what = "10 posts under Asio",
     .peer_is = "an io_context",
     .name = "posts",
     .ours = [](auto& state) { asio_run(state, posts); },
     .peer = peer<bench_peer_posts>(asio_awaits),
     .most = 1.5},
    {.program = "E",
     .what = "10 posts under Asio",
     .peer_is = "an io_context in steps, and records",
     .name = "posts_recorded",
     .ours = [](auto& state) { asio_run(state, posts); },
     .peer = peer<bench_peer_recorded_posts>(asio_awaits)},
    {.program = "E",
     .what = "10 posts and a pause of 1 ms",
     .peer_is = "an io_context",
     .name = "timer",
     .ours = [](auto& state) { asio_run(state, posts_and_a_timer); },
     .peer = peer<bench_peer_timer>(asio_awaits),
     .most = 0.1,
     .real_time = true},
};

}  // namespace
}  // namespace bench
