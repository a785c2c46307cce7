// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace cofault::detail {

// How a forked child ended.
struct child_end {
  enum class how { returned, exited, killed, stuck } what = how::returned;
  int code = 0;        // exit status or signal
  std::string words;   // "died of signal 11 (Segmentation fault)"
  std::string output;  // what it printed last, at most a few lines
};

// Runs `work` in a forked child whose standard output and error are kept aside. `beat` lies in
// shared memory: while it does not grow, a child that uses more processor time than `cpu`, or
// sleeps for five times as long, is killed. `returned` means that work() came to its end; every
// other way out, an exception included, is a death. `tick` is called in this process ten times a
// second.
child_end run_in_child(
    const std::function<void()>& work, const std::atomic<std::uint64_t>& beat,
    std::chrono::milliseconds cpu, const std::function<void()>& tick = [] {});

}  // namespace cofault::detail
