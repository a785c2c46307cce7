// SPDX-License-Identifier: BSL-1.0
// Updates of one file by several processes at the same time.
#include "baseline_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "../support/baseline_scratch.hpp"
#include "cofault/baseline.hpp"

namespace {

using namespace cofault;

constexpr int processes = 4, rounds = 100;

// What it throws ends the process: a child must not go on with the tests behind this one.
void add_lines(const detail::baseline_path& file, int who) noexcept {
  for (int i = 0; i < rounds; ++i) {
    const detail::locked_baseline locked(file);
    baseline all = baseline::parse(locked.text(), file.path);
    all.add({"T" + std::to_string(who) + "." + std::to_string(i), "p", "c", "s"});
    locked.replace(all.text());
  }
}

class BaselineFile : public support::in_scratch_folder {};

TEST_F(BaselineFile, ParallelUpdatesAreAllKept) {
  const detail::baseline_path file{"known.txt", "a test"};
  for (int who = 0; who < processes; ++who)
    if (::fork() == 0) {
      add_lines(file, who);
      ::_exit(0);
    }
  // Whoever reads meanwhile sees whole lines only, and nothing that was there disappears.
  std::size_t seen = 0;
  for (int ended = 0; ended < processes;) {
    const std::size_t now =
        baseline::parse(detail::read_baseline(file, true), file.path).findings().size();
    EXPECT_GE(now, seen);
    seen = now;
    int status = 0;
    if (::waitpid(-1, &status, WNOHANG) <= 0) continue;
    EXPECT_EQ(status, 0);
    ++ended;
  }
  EXPECT_EQ(baseline::parse(support::read_file("known.txt"), file.path).findings().size(),
            std::size_t{processes * rounds});
}

}  // namespace
