// SPDX-License-Identifier: BSL-1.0
#include "other_threads.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>

#include "run_state.hpp"

namespace cofault::detail::other_threads {
namespace {

// The state of a thread, behind its name in parentheses: what waits for a lock or a condition
// sleeps, 'S', and so does what waits for a socket.
bool is_running(const char* thread) {
  std::ifstream in("/proc/self/task/" + std::string(thread) + "/stat");
  std::string line;
  std::getline(in, line);
  const std::size_t name = line.rfind(") ");
  const char state = name + 2 < line.size() ? line[name + 2] : '\0';
  return state == 'R' || state == 'D';
}

// Whether there are any. The directory of the threads has a link for each, and two of its own.
bool are_there() {
  if (!ever_existed()) return false;
  struct stat tasks;
  return ::stat("/proc/self/task", &tasks) != 0 || tasks.st_nlink != 3;
}

// Other threads of this process that `counts`.
template <class Counts>
bool any_of(Counts counts) {
  if (!are_there()) return false;
  DIR* tasks = ::opendir("/proc/self/task");
  if (tasks == nullptr) return false;
  const std::string own = std::to_string(::gettid());
  bool found = false;
  while (const dirent* entry = ::readdir(tasks))
    found = found || (entry->d_name[0] != '.' && entry->d_name != own && counts(entry->d_name));
  ::closedir(tasks);
  return found;
}

// Lookups of names, on other threads. An answer is held back until nothing else is ready and the
// driver lets one go: so what it is followed by has one order.
std::atomic<int> lookups = 0, answers = 0;
std::atomic<bool> held_back = false, let_go = false;
// What joins such a thread meanwhile, in a run, waits no longer than this.
constexpr int most_pauses = 1000;

void wait_for_the_driver() {
  ++answers;
  for (int i = 0; i < most_pauses && held_back && !let_go.exchange(false); ++i) short_pause();
  --answers;
}

}  // namespace

bool ever_existed() { return !__libc_single_threaded; }
bool exist() {
  return any_of([](const char*) { return true; });
}
bool run() { return any_of(is_running); }
bool look_up() { return lookups > 0 && are_there(); }  // a forked child has none of them

// Once for each run: who waits for it looks again and again, so no store need be seen at once.
void hold_answers(bool back) {
  let_go.store(false, std::memory_order_relaxed);
  held_back.store(back, std::memory_order_release);
}
void let_one_answer_go() { let_go = answers > 0; }

void short_pause() {
  constexpr timespec pause{0, 200'000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace cofault::detail::other_threads

// Weak: a test may have a fake of its own.
extern "C" [[gnu::weak]] int getaddrinfo(const char* node, const char* service,
                                         const addrinfo* hints, addrinfo** result) {
  namespace here = cofault::detail::other_threads;
  static const auto real =
      reinterpret_cast<int (*)(const char*, const char*, const addrinfo*, addrinfo**)>(
          ::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (cofault::detail::run_state::current() != nullptr) return real(node, service, hints, result);
  ++here::lookups;
  const int error = real(node, service, hints, result);
  here::wait_for_the_driver();
  --here::lookups;
  return error;
}
