// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

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

// The parts of that, for whoever forks in another way. What the child does: it never returns.
// `pipe` gets a byte when work() has come to its end; -1: there is none.
[[noreturn]] void be_child(const std::function<void()>& work, int pipe, int output,
                           pid_t parent) noexcept;
// How it ended, by its wait status; `stuck` is the sentence for which it was killed, or "".
child_end end_of_child(int status, bool done, const std::string& stuck, int output);

}  // namespace cofault::detail
