// SPDX-License-Identifier: BSL-1.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <system_error>

extern "C" void __gcov_dump() __attribute__((weak));

namespace cofault::detail {
namespace {

// The status with which a child says that its work is done; nobody else uses it by chance, since
// it goes together with a byte in the pipe.
constexpr int done_status = 86;

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cofault: no descriptor");
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::chrono::nanoseconds cpu_of(pid_t child) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(child, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

// The last lines a program wrote, without the control characters that would garble a report.
std::string tail_of(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  constexpr off_t most = 4096;
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), size > most ? size - most : 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool output_is_kept = false;

[[noreturn]] void be_child(const std::function<void()>& work, int pipe, int output) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  output_is_kept = true;
  work();
  std::fflush(nullptr);
  if (__gcov_dump != nullptr) __gcov_dump();
  const char done = 'd';
  [[maybe_unused]] const ssize_t written = ::write(pipe, &done, 1);
  ::_exit(done_status);
}

// Waits until the child is gone. False: it was killed for making no progress.
bool wait_for(pid_t child, int pipe, const std::atomic<std::uint64_t>& beat,
              std::chrono::milliseconds cpu, bool& done) {
  constexpr auto real_patience = std::chrono::seconds(60);  // blocked without using the processor
  auto last = beat.load();
  auto used = std::chrono::nanoseconds::zero();
  auto since = std::chrono::steady_clock::now();
  for (;;) {
    pollfd waiting{pipe, POLLIN, 0};
    if (::poll(&waiting, 1, 100) > 0) {
      char byte = 0;
      done = ::read(pipe, &byte, 1) == 1;
      return true;
    }
    const auto now = cpu_of(child);
    if (beat.load() != last) {
      last = beat.load();
      used = now;
      since = std::chrono::steady_clock::now();
    } else if (now - used > cpu || std::chrono::steady_clock::now() - since > real_patience) {
      ::kill(child, SIGKILL);
      return false;
    }
  }
}

child_end judge(int status, bool progressed, bool done) {
  child_end end;
  using how = child_end::how;
  if (!progressed) {
    end.what = how::stuck;
    end.words = "made no progress and was killed";
  } else if (WIFSIGNALED(status)) {
    end.what = how::killed;
    end.code = WTERMSIG(status);
    end.words = "died of signal " + std::to_string(end.code) + " (" + ::strsignal(end.code) + ")";
  } else if (!done || WEXITSTATUS(status) != done_status) {
    end.what = how::exited;
    end.code = WEXITSTATUS(status);
    end.words = "ended the process with exit status " + std::to_string(end.code);
  }
  return end;
}

}  // namespace

void forget_output() {
  if (!output_is_kept) return;
  std::fflush(nullptr);
  if (::lseek(STDOUT_FILENO, 0, SEEK_CUR) <= 0) return;
  [[maybe_unused]] const int cut = ::ftruncate(STDOUT_FILENO, 0);
  ::lseek(STDOUT_FILENO, 0, SEEK_SET);
}

child_end run_in_child(const std::function<void()>& work, const std::atomic<std::uint64_t>& beat,
                       std::chrono::milliseconds cpu) {
  std::fflush(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cofault: pipe");
  descriptor from(ends[0]), to(ends[1]);
  const descriptor output(::memfd_create("cofault-output", MFD_CLOEXEC));
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "cofault: fork");
  if (child == 0) be_child(work, to.get(), output.get());
  to.reset();
  bool done = false;
  const bool progressed = wait_for(child, from.get(), beat, cpu, done);
  int status = 0;
  ::waitpid(child, &status, 0);
  child_end end = judge(status, progressed, done);
  end.output = tail_of(output.get());
  return end;
}

}  // namespace cofault::detail
