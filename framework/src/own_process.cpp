// SPDX-License-Identifier: BSL-1.0
#include "own_process.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "child.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/site.hpp"
#include "mailbox.hpp"
#include "other_threads.hpp"
#include "shared_memory.hpp"

namespace cofault::detail {
namespace {

// What is asked for, and what came of it: in memory that all of the processes share.
struct exchange {
  deviation asked[plan::capacity];
  std::size_t asked_count;
  attention paid;
  outcome done;
  bool watched;  // whoever watched the run has told how it ended
  child_end::how how;
  int code;
  char words[256], output[1 << 13];
};
exchange& shared() {
  static exchange& made = make_shared_object<exchange>();
  return made;
}

own_process* now = nullptr;

template <std::size_t N>
void put(char (&to)[N], const std::string& text) {
  to[text.copy(to, N - 1)] = '\0';
}

void wait_for(pid_t child) {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// This process goes when the one that made it goes.
void follow(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

void make_run(const driver_factory& body, const options& how) {
  exchange& x = shared();
  plan what;
  for (std::size_t i = 0; i < x.asked_count; ++i) what.add(x.asked[i]);
  x.done = cofault::run(body, what, how, x.paid);
}

// The run is a child of this process.
[[noreturn]] void watch_run(const driver_factory& body, const options& how) {
  exchange& x = shared();
  const child_end end = run_in_child([&] { make_run(body, how); }, box().beat, how.max_cpu());
  x.how = end.what;
  x.code = end.code;
  put(x.words, end.words);
  put(x.output, end.output);
  x.watched = true;
  ::_exit(0);
}

// Takes what was freed in this heap so far: what is allocated from now on has rising addresses,
// whatever the process did before. So a replay, in another one, is likely to see the same order.
void use_up_free_memory() {
#ifdef __GLIBC__
  const char* const top = static_cast<char*>(::sbrk(0)) - ::mallinfo2().keepcost;
  constexpr std::size_t large = 1 << 15, small = 1 << 10, step = 16, kept_for_thread = 7;
  const auto is_free = [&](std::size_t bytes) {
    const void* volatile block = std::malloc(bytes);
    return block != nullptr && block < top;
  };
  for (std::size_t bytes = large; bytes > small; bytes /= 2)
    while (is_free(bytes)) {
    }
  for (std::size_t bytes = small; bytes > 0; bytes -= step) {
    for (std::size_t i = 0; i < kept_for_thread; ++i) is_free(bytes);
    while (is_free(bytes)) {
    }
  }
#endif
}

// A plan needs a little memory before its run begins. That is taken from here, and not from the
// heap, where what the program allocates would move.
void lay_in_memory() {
  constexpr std::size_t blocks = 16, largest = 1 << 12;
  for (std::size_t bytes = 32; bytes <= largest; bytes *= 2) {
    void* all[blocks];
    for (void*& block : all) block = reused_memory::take(bytes);
    for (void* block : all) reused_memory::give_back(block, bytes);
  }
}

}  // namespace

own_process* own_process::current() { return now; }

void own_process::be_template(const driver_factory& body, const options& how, int to_parent,
                              pid_t parent) noexcept {
  follow(parent);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  use_up_free_memory();
  cofault::run(body, plan(), how, attention::everything);
  std::fflush(nullptr);
  if (other_threads::exist()) ::_exit(1);
  lay_in_memory();
  now = this;
  const pid_t self = ::getpid();
  // From here on nothing may touch the heap.
  for (char byte = 0;;) {
    if (::write(to_parent, &byte, 1) != 1 || ::read(to_parent, &byte, 1) != 1) ::_exit(0);
    const pid_t child = ::fork();
    if (child == 0) {
      follow(self);
      watch_run(body, how);
    }
    wait_for(child);
  }
}

own_process::own_process(const driver_factory& body, const options& how) {
  shared();
  std::fflush(nullptr);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::system_error(errno, std::generic_category(), "cofault: socketpair");
  const pid_t parent = ::getpid();
  template_ = ::fork();
  if (template_ == 0) {
    ::close(ends[0]);
    be_template(body, how, ends[1], parent);
  }
  ::close(ends[1]);
  to_template_ = ends[0];
  if (template_ < 0) throw std::system_error(errno, std::generic_category(), "cofault: fork");
  constexpr int patience = 10;
  ready_ = hear(static_cast<int>(patience * how.max_cpu().count()));
  now = this;
}

own_process::~own_process() {
  now = nullptr;
  ::kill(template_, SIGKILL);
  wait_for(template_);
  ::close(to_template_);
}

// The template is at rest. False: it is gone, or takes longer.
bool own_process::hear(int timeout_ms) const {
  pollfd waiting{to_template_, POLLIN, 0};
  int ready = 0;
  while ((ready = ::poll(&waiting, 1, timeout_ms)) < 0 && errno == EINTR) {
  }
  char byte = 0;
  return ready > 0 && ::read(to_template_, &byte, 1) == 1;
}

outcome own_process::make(const plan& what, attention paid) {
  exchange& x = shared();
  std::copy(what.begin(), what.end(), x.asked);
  x.asked_count = what.size();
  x.paid = paid;
  x.watched = false;
  const char byte = 0;
  if (::send(to_template_, &byte, 1, MSG_NOSIGNAL) != 1 || !hear(-1)) {
    box().fail("cofault: the process that forks each run of this body was ended from outside");
    return {};
  }
  if (!x.watched) throw child_end{child_end::how::killed, SIGKILL, "killed its parent process", ""};
  if (x.how == child_end::how::returned) return x.done;
  throw child_end{x.how, x.code, x.words, x.output};
}

std::string why_own_processes() {
  const mailbox& b = box();
  return "each run had a process of its own, which is slower, since " +
         (b.differ ? "two runs without faults in one process differ first at " +
                         sites::place(b.differ_site)
                   : "of the runs in one process one did not come to its fault, '" +
                         encode(b.unreached[0]) + "'") +
         ": addresses decide (a set of pointers is in their order), or something outside of the "
         "body remembers the runs before; give such objects another order (a list, a map by "
         "number), and make all state in the body";
}

}  // namespace cofault::detail
