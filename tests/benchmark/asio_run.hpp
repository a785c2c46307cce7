// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cofault/boost_asio.hpp>
#include <cofault/run.hpp>
#include <memory>

#include "asio_program.hpp"
#include "row.hpp"

namespace bench {

// One run without faults, in a fresh world, for each iteration.
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

}  // namespace bench
