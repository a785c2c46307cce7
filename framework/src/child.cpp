// SPDX-License-Identifier: BSL-1.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "kept_output.hpp"
#include "watchdog.hpp"

extern "C" void __gcov_dump() __attribute__((weak));

namespace cofault::detail {
namespace {

// None of the three of the standard streams, of which one may be closed: in the child these get
// what keeps the output.
int above_standard(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  ::close(fd);
  return above;
}

class descriptor {
 public:
  explicit descriptor(int fd) : fd_(above_standard(fd)) {
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

// The last lines a program wrote, without the control characters that would garble a report.
std::string tail_of(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  constexpr off_t most = 1 << 16;
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), size > most ? size - most : 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::erase_if(text,
                [](unsigned char c) { return (c < ' ' && c != '\n' && c != '\t') || c == 127; });
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

bool is_gone(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

// Whether the other end has said something within that time, or is closed; `done`: it has said so.
bool hears(int pipe, int milliseconds, bool& done) {
  pollfd waiting{pipe, POLLIN, 0};
  if (::poll(&waiting, 1, milliseconds) <= 0) return false;
  char byte = 0;
  done = ::read(pipe, &byte, 1) == 1;
  return true;
}

// Waits until the child is done or gone. Else kills it for making no progress and says why.
std::string wait_for(pid_t child, int pipe, const std::atomic<std::uint64_t>& beat,
                     std::chrono::milliseconds cpu, const std::function<void()>& tick, bool& done) {
  watchdog guard(beat, cpu);
  for (;;) {
    if (hears(pipe, watchdog::interval_ms, done)) return "";
    // What it forked may hold the pipe open. It may have been done since.
    if (is_gone(child)) {
      hears(pipe, 0, done);
      return "";
    }
    tick();
    const std::string why = guard.sample(child);
    if (why.empty()) continue;
    ::kill(child, SIGKILL);
    return why;
  }
}

}  // namespace

// What leaves `work` by an exception ends the child: it must not go on as a second test program.
void be_child(const std::function<void()>& work, int pipe, int output, pid_t parent) noexcept {
  const pid_t self = ::getpid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  constexpr rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  keep_output_in(output);
  work();
  if (::getpid() != self) ::_exit(1);  // forked by the code under test
  std::fflush(nullptr);
  if (__gcov_dump != nullptr) __gcov_dump();
  const char done = 'd';
  [[maybe_unused]] const ssize_t written = ::write(pipe, &done, 1);
  ::_exit(0);
}

child_end end_of_child(int status, bool done, const std::string& stuck, int output) {
  child_end end;
  end.output = tail_of(output);
  using how = child_end::how;
  if (done) return end;
  if (!stuck.empty()) {
    end.what = how::stuck;
    end.words = "made no progress and was killed: it " + stuck;
  } else if (WIFSIGNALED(status)) {
    end.what = how::killed;
    end.code = WTERMSIG(status);
    end.words = "died of signal " + std::to_string(end.code) + " (" + ::strsignal(end.code) + ")";
  } else {
    end.what = how::exited;
    end.code = WEXITSTATUS(status);
    end.words = "ended the process with exit status " + std::to_string(end.code);
  }
  return end;
}

child_end run_in_child(const std::function<void()>& work, const std::atomic<std::uint64_t>& beat,
                       std::chrono::milliseconds cpu, const std::function<void()>& tick) {
  std::fflush(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cofault: pipe");
  descriptor from(ends[0]), to(ends[1]);
  const descriptor output(::memfd_create("cofault-output", MFD_CLOEXEC));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "cofault: fork");
  if (child == 0) be_child(work, to.get(), output.get(), parent);
  to.reset();
  bool done = false;
  const std::string stuck = wait_for(child, from.get(), beat, cpu, tick, done);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return end_of_child(status, done, stuck, output.get());
}

}  // namespace cofault::detail
