// SPDX-License-Identifier: BSL-1.0
#include "own_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <system_error>

#include "child.hpp"
#include "cofault/run.hpp"
#include "cofault/site.hpp"
#include "kept_output.hpp"
#include "level_heap.hpp"
#include "mailbox.hpp"
#include "other_threads.hpp"
#include "patience.hpp"
#include "shared_memory.hpp"
#include "watchdog.hpp"

namespace cofault::detail {
namespace {

// What is asked for, and what came of it: in memory that all of the processes share.
struct exchange {
  deviation asked[plan::capacity];
  std::size_t asked_count;
  attention paid;
  std::atomic<pid_t> process;  // that makes the run; 0: not yet
  outcome done;
  bool is_done;
  int status;  // how the process ended, for waitpid()
};
exchange& shared() {
  static exchange& made = make_shared_object<exchange>();
  return made;
}

own_process* now = nullptr;

void make_run(const driver_factory& body, const options& how) {
  exchange& x = shared();
  plan what;
  for (std::size_t i = 0; i < x.asked_count; ++i) what.add(x.asked[i]);
  const pid_t self = ::getpid();
  const outcome done = run(body, what, how, x.paid);
  if (::getpid() != self) return;  // forked by the code under test
  x.done = done;
  x.is_done = true;
}

}  // namespace

own_process* own_process::current() { return now; }

void own_process::be_template(const driver_factory& body, const options& how, int to_parent,
                              pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  keep_output_in(output_);
  use_up_free_memory();
  run(body, plan(), how, attention::everything);
  std::fflush(nullptr);
  if (other_threads::exist()) ::_exit(1);
  lay_in_memory();
  now = this;
  exchange& x = shared();
  const pid_t self = ::getpid();
  const std::function<void()> work = [&] { make_run(body, how); };
  // From here on nothing may touch the heap.
  for (char byte = 0;;) {
    if (::write(to_parent, &byte, 1) != 1 || ::read(to_parent, &byte, 1) != 1) ::_exit(0);
    const pid_t child = ::fork();
    if (child < 0) ::_exit(1);
    if (child == 0) be_child(work, -1, output_, self);
    x.process = child;
    while (::waitpid(child, &x.status, 0) < 0 && errno == EINTR) {
    }
  }
}

own_process::own_process(const driver_factory& body, const options& how)
    : output_(::memfd_create("cofault-output", MFD_CLOEXEC)), cpu_(how.max_cpu()) {
  shared();
  std::fflush(nullptr);
  int ends[2];
  if (output_ < 0 || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "cofault: no descriptor");
  const pid_t parent = ::getpid();
  template_ = ::fork();
  if (template_ < 0) throw std::system_error(errno, std::generic_category(), "cofault: fork");
  if (template_ == 0) {
    ::close(ends[0]);
    be_template(body, how, ends[1], parent);
  }
  ::close(ends[1]);
  to_template_ = ends[0];
  constexpr int patience = 10;
  ready_ = hear(patience * cpu_) == word::rests;
  now = this;
}

own_process::~own_process() {
  now = nullptr;
  ::kill(template_, SIGKILL);
  while (::waitpid(template_, nullptr, 0) < 0 && errno == EINTR) {
  }
  ::close(to_template_);
  ::close(output_);
}

own_process::word own_process::hear(std::chrono::milliseconds most) const {
  pollfd waiting{to_template_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(most.count())) <= 0) return word::none;
  char byte = 0;
  return ::read(to_template_, &byte, 1) == 1 ? word::rests : word::gone;
}

outcome own_process::make(const plan& what, attention paid) {
  exchange& x = shared();
  std::copy(what.begin(), what.end(), x.asked);
  x.asked_count = what.size();
  x.paid = paid;
  x.process = 0;
  x.is_done = false;
  [[maybe_unused]] const int cut = ::ftruncate(output_, 0);
  ::lseek(output_, 0, SEEK_SET);
  const char byte = 0;
  word heard = ::send(to_template_, &byte, 1, MSG_NOSIGNAL) == 1 ? word::none : word::gone;
  std::string stuck;
  for (watchdog guard(box().beat, cpu_); heard == word::none;) {
    heard = hear(std::chrono::milliseconds(watchdog::interval_ms));
    if (heard != word::none || x.process == 0 || !stuck.empty()) continue;
    stuck = guard.sample(x.process);
    if (!stuck.empty()) ::kill(x.process, SIGKILL);
  }
  if (heard == word::gone) {
    box().fail("cofault: the process that forks each run of this body is gone");
    return {};
  }
  if (x.is_done) return x.done;
  throw end_of_child(x.status, false, stuck, output_);
}

std::string why_own_processes() {
  const mailbox& b = box();
  return "each run had a process of its own, which is slower, since " +
         (b.differ ? "two runs without faults in one process differ first at " +
                         sites::place(b.differ_site)
                   : "of the runs in one process one did not come to its fault, '" +
                         encode(b.unreached[0]) + "'") +
         ": addresses decide (a set of pointers is in their order), or something outside of the "
         "body remembers the runs before" +
         (patience::knows_threads() ? ", or other threads hand over what they did in another order "
                                      "(a pool of one has one)"
                                    : "") +
         "; give such objects another order (a list, a map by number), and make all state in the "
         "body";
}

}  // namespace cofault::detail
