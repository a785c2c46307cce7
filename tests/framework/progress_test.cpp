// SPDX-License-Identifier: BSL-1.0
// The line that shows on a terminal how far a search is.
#include "progress.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/scheduler.hpp"
#include "mailbox.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using support::task;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::int64_t second = 1'000'000'000;

class terminal {
 public:
  terminal() : ours_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    ::grantpt(ours_);
    ::unlockpt(ours_);
    theirs_ = ::open(::ptsname(ours_), O_RDWR | O_NOCTTY);
  }
  ~terminal() {
    ::close(ours_);
    ::close(theirs_);
  }
  int file() const { return theirs_; }
  // What was written to it by now; waits for something for as long as `ms`.
  std::string text(int ms) const {
    std::string out;
    char part[256];
    for (pollfd p{ours_, POLLIN, 0}; ::poll(&p, 1, out.empty() ? ms : 0) > 0;) {
      const ssize_t got = ::read(ours_, part, sizeof part);
      if (got <= 0) break;
      out.append(part, static_cast<std::size_t>(got));
    }
    return out;
  }

 private:
  int ours_, theirs_;
};

void pretend() {
  detail::mailbox& b = detail::box();
  b.clear();
  b.stage = detail::stage_of_sweep::sweep;
  b.planned[0] = 2000;
  b.tried[0] = b.trials = 1200;
}

TEST(Progress, SaysWhatWasCoveredHowFastAndWhatIsLeft) {
  pretend();
  EXPECT_EQ(detail::progress_line(options().trials(5000), 2 * second),
            "cofault: 1,200 of 2,000 faults, 600 a second; 0 findings; left: 3,800 trials");
  EXPECT_THAT(detail::progress_line(options().budget(10s), 2 * second), EndsWith(" trials, 8 s"));
}

TEST(Progress, IsShownOnATerminalAndErasedAgain) {
  pretend();
  const terminal screen;
  const options how;
  {
    detail::progress line(how, screen.file());
    line.tick(second / 10);
    EXPECT_EQ(screen.text(0), "") << "a short search needs none";
    line.tick(second);
    const std::string shown = screen.text(1000);
    EXPECT_THAT(shown, AllOf(StartsWith("\r"), HasSubstr("1,200 of 2,000"), Not(HasSubstr("\n"))));
    EXPECT_LE(shown.size(), 79u + 4) << "it must not wrap";
  }
  EXPECT_EQ(screen.text(1000), "\r\x1b[K");
}

TEST(Progress, WritesNothingElsewhere) {
  pretend();
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  {
    detail::progress(options(), ends[1]).tick(second);
  }
  char byte = 0;
  EXPECT_LT(::read(ends[0], &byte, 1), 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

// Runs on until somebody has seen the line.
std::atomic<bool>& line_seen() {
  static void* const memory = ::mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE,
                                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<std::atomic<bool>*>(memory);
}

task<> slow(scheduler& s) {
  try {
    co_await s.yield();
  } catch (...) {
    while (!line_seen()) ::sched_yield();
    throw;
  }
}

TEST(Progress, OfASearchThatTakesLong) {
  const terminal screen;
  line_seen() = false;
  const int standard_error = ::dup(STDERR_FILENO);
  ::dup2(screen.file(), STDERR_FILENO);
  std::string shown;
  std::thread reader([&] {
    shown = screen.text(60'000);
    line_seen() = true;
  });
  const exploration out = explore(slow, options().watchdog(100s));
  reader.join();
  ::dup2(standard_error, STDERR_FILENO);
  ::close(standard_error);
  EXPECT_THAT(shown, HasSubstr("cofault: "));
  EXPECT_TRUE(out.clean()) << describe(out);
}

}  // namespace
