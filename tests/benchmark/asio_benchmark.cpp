// SPDX-License-Identifier: BSL-1.0
#include <cofault/inject/error.hpp>

#include "asio_peer.hpp"
#include "asio_run.hpp"

COFAULT_USER_CODE(BENCH_ASIO_PROGRAM);

namespace bench {
namespace {

void code_sweep(benchmark::State& state) {
  const auto how =
      cofault::options().inject(cofault::inject::error({cofault::io_error::eof})).in_process();
  for (auto _ : state) {
    const auto found =
        cofault::explore([](asio::any_io_executor executor) { return operations(executor); }, how);
    if (found.trials != asio_awaits || !found.clean()) fail(state, "not every code was tried");
  }
}

const added here{
    {.program = "C",
     .what = "10 writes, each fails once",
     .peer_is = "Beast's test::stream with fail_count",
     .name = "beast",
     .peer = peer(bench_peer_fail_count_sweep, asio_awaits),
     .derive =
         [](auto& times) {
           if (times.contains("throw_sweep")) times["beast"] = times["throw_sweep"];
         }},
    {.program = "D",
     .what = "an error code at each of 10 awaits, under Asio",
     .peer_is = "by hand on an io_context",
     .name = "code_sweep",
     .ours = code_sweep,
     .peer = peer(bench_peer_code_sweep, asio_awaits*(asio_awaits - 1) / 2)},
    {.program = "E",
     .what = "10 posts and a pause of 1 ms",
     .peer_is = "an io_context",
     .name = "timer",
     .ours = [](auto& state) { asio_run(state, posts_and_a_timer); },
     .peer = peer(bench_peer_timer, asio_awaits),
     .most = 0.1,
     .real_time = true},
};

}  // namespace
}  // namespace bench
