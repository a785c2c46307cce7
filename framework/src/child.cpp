// SPDX-License-Identifier: BSL-1.0
#include "child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include "kept_output.hpp"

extern "C" void __gcov_dump() __attribute__((weak));

namespace cofault::detail {
namespace {

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

// The state letter of /proc/<pid>/stat, behind the name in parentheses; 0 if it cannot be read.
char state_of(pid_t child) {
  std::ifstream in("/proc/" + std::to_string(child) + "/stat");
  std::string line;
  std::getline(in, line);
  const std::size_t name = line.rfind(") ");
  return name + 2 < line.size() ? line[name + 2] : '\0';
}

// The last lines a program wrote, without the control characters that would garble a report.
std::string tail_of(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  constexpr off_t most = 4096;
  std::string text(static_cast<std::size_t>(std::min(size, most)), '\0');
  const ssize_t got = ::pread(file, text.data(), text.size(), size > most ? size - most : 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::erase_if(text,
                [](unsigned char c) { return (c < ' ' && c != '\n' && c != '\t') || c == 127; });
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// What leaves `work` by an exception ends the child: it must not go on as a second test program.
[[noreturn]] void be_child(const std::function<void()>& work, int pipe, int output,
                           pid_t parent) noexcept {
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

// Decides from samples whether a child will ever come to an end.
class watchdog {
 public:
  watchdog(const std::atomic<std::uint64_t>& beat, std::chrono::milliseconds cpu)
      : beat_(beat), cpu_(cpu), last_(beat.load()) {}

  // The child's sentence of death, or "".
  std::string sample(pid_t child) {
    const auto time = std::chrono::steady_clock::now();
    const auto passed = time - std::exchange(sampled_, time);
    const auto now = cpu_of(child);
    if (const auto beat = beat_.load(); beat != last_) {
      last_ = beat;
      start_ = before_ = now;
      asleep_ = {};
    }
    // Starved by others it would be ready ('R'), under a debugger traced ('t').
    const char state = state_of(child);
    if ((state == 'S' || state == 'T') && now - before_ < passed / 10) asleep_ += passed;
    before_ = now;
    if (now - start_ > cpu_)
      return "used more than " + std::to_string(cpu_.count()) + " ms of processor time in one run";
    if (asleep_ > patience * cpu_)
      return "blocked its thread for good (a mutex, a join, a read: nothing that the fake "
             "scheduler controls)";
    return "";
  }

 private:
  // A helper thread or an outside peer may take its time: more of it than a processor gets.
  static constexpr int patience = 5;
  const std::atomic<std::uint64_t>& beat_;
  std::chrono::milliseconds cpu_;
  std::uint64_t last_;
  std::chrono::steady_clock::time_point sampled_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds start_{}, before_{}, asleep_{};
};

bool is_gone(pid_t child) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

// Waits until the child is done or gone. Else kills it for making no progress and says why.
std::string wait_for(pid_t child, int pipe, const std::atomic<std::uint64_t>& beat,
                     std::chrono::milliseconds cpu, const std::function<void()>& tick, bool& done) {
  constexpr int tick_ms = 100;
  watchdog guard(beat, cpu);
  for (;;) {
    pollfd waiting{pipe, POLLIN, 0};
    char byte = 0;
    if (::poll(&waiting, 1, tick_ms) > 0) {
      done = ::read(pipe, &byte, 1) == 1;
      return "";
    }
    // What it forked may hold the pipe open.
    if (is_gone(child)) return "";
    tick();
    const std::string why = guard.sample(child);
    if (why.empty()) continue;
    ::kill(child, SIGKILL);
    return why;
  }
}

child_end judge(int status, const std::string& stuck, bool done) {
  child_end end;
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

}  // namespace

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
  child_end end = judge(status, stuck, done);
  end.output = tail_of(output.get());
  return end;
}

}  // namespace cofault::detail
