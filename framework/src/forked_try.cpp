// SPDX-License-Identifier: BSL-1.0
#include "forked_try.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "run_state.hpp"

namespace cofault::detail {
namespace {

[[noreturn]] void be_fork(const std::function<bool()>& what, pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  constexpr rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
    ::signal(number, SIG_DFL);
  ::signal(SIGTRAP, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // It may wait for another thread, which this process does not have.
  constexpr itimerval patience{{}, {0, 200'000}};
  ::setitimer(ITIMER_REAL, &patience, nullptr);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::_exit(what() ? 0 : 1);
}

tried end_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return tried::died;
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? tried::took_too_long : tried::died;
  return WEXITSTATUS(status) == 0 ? tried::succeeded : tried::failed;
}

}  // namespace

tried try_in_fork(const std::function<bool()>& what,
                  const std::function<void(std::span<const event>)>& recorded) {
  trace_buffer& t = trace();
  event* const next = t.next;
  const std::uint32_t text_bytes = t.text_bytes, text_count = t.text_count;
  const kind_set kinds_before = t.kinds;
  const bool truncated = t.truncated;
  const pid_t self = ::getpid(), child = ::fork();
  if (child == 0) be_fork(what, self);
  const tried out = child > 0 ? end_of(child) : tried::died;
  if (recorded) recorded({next, t.next});
  t.next = next;
  t.text_bytes = text_bytes;
  t.text_count = text_count;
  t.kinds = kinds_before;
  t.truncated = truncated;
  return out;
}

}  // namespace cofault::detail
