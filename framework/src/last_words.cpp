// SPDX-License-Identifier: BSL-1.0
#include "last_words.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "plan_text.hpp"

// Sanitizers leave the process without a signal.
extern "C" void __sanitizer_set_death_callback(void (*)()) __attribute__((weak));

namespace cofault::detail {
namespace {

constexpr std::array fatal = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGTERM};

std::atomic<bool> armed = false;
pid_t armed_in = 0;
bool installed = false, stays = false;  // the signal handlers
bool rehearsed = false, run_seen = false;
int real_output = -1, real_error = -1;  // -1: nothing is kept
std::array<struct sigaction, fatal.size()> before;
stack_t stack_before;
alignas(16) std::array<char, 1 << 16> stack;  // to be able to speak behind a stack overflow

// They outlive every static destructor.
plan& latest() {
  static auto* const what = new plan;
  return *what;
}
std::string& hint() {
  static auto* const text = new std::string;
  return *text;
}

void write_all(const char* from, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(real_error < 0 ? STDERR_FILENO : real_error, from, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    from += n;
    size -= static_cast<std::size_t>(n);
  }
}

struct error_sink final : text_sink {
  void add(std::string_view piece) override { write_all(piece.data(), piece.size()); }
};

void hand_over_output() {
  constexpr off_t most = 1 << 16;
  const off_t end = ::lseek(STDERR_FILENO, 0, SEEK_CUR);
  char buffer[4096];
  for (off_t at = std::max(end - most, off_t{0}); at < end;) {
    const auto want = std::min(static_cast<std::size_t>(end - at), sizeof buffer);
    const ssize_t n = ::pread(STDERR_FILENO, buffer, want, at);
    if (n <= 0) break;
    write_all(buffer, static_cast<std::size_t>(n));
    at += n;
  }
}

void name_run() {
  error_sink out;
  if (!run_seen) return out.add("cofault: the process ended during an exploration\n");
  if (latest().empty()) return out.add("cofault: the process ended in the run without faults\n");
  out.add("cofault: the process ended in a run with a fault; replay it with COFAULT_REPLAY='");
  spell(latest(), out);
  out.add("'\n");
}

// May run in a signal handler: system calls only.
void speak() {
  if (!armed.load() || ::getpid() != armed_in || !armed.exchange(false)) return;
  if (real_error >= 0) hand_over_output();
  name_run();
  if (rehearsed) write_all(hint().data(), hint().size());
  if (real_error < 0) return;
  ::dup2(real_output, STDOUT_FILENO);
  ::dup2(real_error, STDERR_FILENO);
}

// Then whoever handled the signal before gets it, with standard error as it was.
void on_signal(int number, siginfo_t* info, void*) {
  const int error = errno;
  speak();
  const auto which = std::find(fatal.begin(), fatal.end(), number) - fatal.begin();
  ::sigaction(number, &before[static_cast<std::size_t>(which)], nullptr);
  // An instruction that failed fails again. What was sent must be sent again.
  if (info == nullptr || info->si_code <= 0 || number == SIGINT || number == SIGTERM)
    ::raise(number);
  errno = error;
}

void at_exit() {
  if (!armed.load() || ::getpid() != armed_in) return;
  std::fflush(nullptr);
  speak();
}

// A child that is forked between two rehearsals speaks for itself, one that is forked by the code
// under test does not.
void after_fork() {
  if (!armed.load()) armed_in = ::getpid();
}

void install() {
  if (installed) return;
  installed = true;
  [[maybe_unused]] static const int registered = std::atexit(at_exit);
  [[maybe_unused]] static const int watched = ::pthread_atfork(nullptr, nullptr, after_fork);
  static_cast<void>(latest());
  static_cast<void>(hint());
  armed_in = ::getpid();
  stack_t ours{};
  ours.ss_sp = stack.data();
  ours.ss_size = stack.size();
  ::sigaltstack(nullptr, &stack_before);
  if ((stack_before.ss_flags & SS_DISABLE) != 0) ::sigaltstack(&ours, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (std::size_t i = 0; i < fatal.size(); ++i) {
    ::sigaction(fatal[i], &action, &before[i]);
    if (before[i].sa_handler == SIG_IGN) ::sigaction(fatal[i], &before[i], nullptr);
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(speak);
}

void uninstall() {
  installed = false;
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
  for (std::size_t i = 0; i < fatal.size(); ++i) {
    struct sigaction now {};
    ::sigaction(fatal[i], &before[i], &now);
    // What the program installed meanwhile stays.
    if (now.sa_sigaction != on_signal) ::sigaction(fatal[i], &now, nullptr);
  }
  if ((stack_before.ss_flags & SS_DISABLE) != 0) ::sigaltstack(&stack_before, nullptr);
}

}  // namespace

last_words::last_words() : outermost_(!awaited()), keeps_(false) {
  if (!outermost_) return;
  install();
  stays = rehearsed = true;
  run_seen = false;
  armed.store(true, std::memory_order_relaxed);
}

last_words::last_words(int output, int error) : outermost_(!armed), keeps_(real_error < 0) {
  if (outermost_) {
    install();
    armed_in = ::getpid();
    run_seen = false;
  }
  if (keeps_) {
    real_output = output;
    real_error = error;
  }
  armed = true;
}

last_words::~last_words() {
  if (keeps_) real_output = real_error = -1;
  if (!outermost_) return;
  rehearsed = false;
  armed.store(false, std::memory_order_relaxed);
  if (!stays) uninstall();
}

bool last_words::awaited() { return armed.load(std::memory_order_relaxed); }

void last_words::under_way(const plan& what) {
  latest() = what;
  run_seen = true;
}

void last_words::add_to_rehearsal(std::string text) { hint() = std::move(text); }

}  // namespace cofault::detail
