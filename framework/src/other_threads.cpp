// SPDX-License-Identifier: BSL-1.0
#include "other_threads.hpp"

#include <dlfcn.h>
#include <netdb.h>
#include <signal.h>
#include <time.h>

#include <atomic>

#include "run_state.hpp"

namespace cofault::detail::other_threads {
namespace {

// Lookups of names, on other threads. An answer is held back until nothing else is ready and the
// driver lets one go: so what it is followed by has one order.
std::atomic<int> lookups = 0, answers = 0;
std::atomic<bool> held_back = false, let_go = false;
// What joins such a thread meanwhile, in a run, waits no longer than this.
constexpr int most_pauses = 1000;

// As one that waits for a signal: nobody waits for it.
void idle_pause() {
  sigset_t none;
  ::sigemptyset(&none);
  constexpr timespec pause{0, 200'000};
  ::sigtimedwait(&none, nullptr, &pause);
}

void wait_for_the_driver() {
  ++answers;
  for (int i = 0; i < most_pauses && held_back && !let_go.exchange(false); ++i) idle_pause();
  --answers;
}

}  // namespace

bool look_up() { return lookups > 0 && exist(); }  // a forked child has none of them

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
