// SPDX-License-Identifier: BSL-1.0
#include "reactor.hpp"

#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "cofault/clock.hpp"
#include "cofault/detail/wait_time.hpp"
#include "other_threads.hpp"
#include "patience.hpp"
#include "run_state.hpp"

namespace {

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

// A descriptor registered with an epoll instance.
struct registration {
  int epoll, descriptor;
  epoll_event wanted;
  bool timer;
};

// What was registered on any thread; read by the thread that drives a run.
struct registry {
  std::mutex mutex;
  std::vector<int> timers;
  std::vector<registration> all;
};
registry& known() {
  static auto* r = new registry;  // outlives every static destructor
  return *r;
}

thread_local bool timers_due = false;

// Moves the clock for an event loop of the program's own that would block: nothing else can move
// while it does. Its reactor is asked for its timers first, and has answered when it comes back.
void move_clock(int epoll, int timeout) {
  using cofault::virtual_clock;
  static thread_local int asked = -1;
  constexpr cofault::virtual_time millisecond = 1'000'000;
  cofault::virtual_time to = cofault::detail::noted_deadline(true);
  if (std::exchange(asked, epoll) == epoll) {
    if (to < 0 || to - virtual_clock::now() > cofault::never) to = virtual_clock::now();
    if (timeout > 0) {
      const auto end = virtual_clock::now() + timeout * millisecond;
      to = to > virtual_clock::now() ? std::min(to, end) : end;
    }
    virtual_clock::jump(to);
    asked = -1;
  }
  timers_due = true;
}

bool is_outside(const registration& r) {
  if (r.timer) return false;
  // Asio's own interrupter is an eventfd, edge-triggered and always readable.
  return (r.wanted.events & EPOLLIN) != 0 && (r.wanted.events & EPOLLPRI) != 0;
}

}  // namespace

namespace {

// A new instance: what was registered with an older one of the same number is gone.
int fresh_epoll(int epoll) {
  if (epoll < 0) return epoll;
  const std::lock_guard lock(known().mutex);
  std::erase_if(known().all, [&](const registration& x) { return x.epoll == epoll; });
  return epoll;
}

}  // namespace

extern "C" int epoll_create1(int flags) noexcept {
  static const auto real = next<int (*)(int)>("epoll_create1");
  return fresh_epoll(real(flags));
}

extern "C" int epoll_create(int size) noexcept {
  static const auto real = next<int (*)(int)>("epoll_create");
  return fresh_epoll(real(size));
}

extern "C" int timerfd_create(clockid_t clock, int flags) noexcept {
  static const auto real = next<int (*)(clockid_t, int)>("timerfd_create");
  const int fd = real(clock, flags);
  if (fd >= 0) {
    const std::lock_guard lock(known().mutex);
    std::erase(known().timers, fd);
    known().timers.push_back(fd);
  }
  return fd;
}

extern "C" int timerfd_settime(int fd, int flags, const itimerspec* value,
                               itimerspec* old) noexcept {
  static const auto real =
      next<int (*)(int, int, const itimerspec*, itimerspec*)>("timerfd_settime");
  if (cofault::virtual_clock::running()) return 0;
  return real(fd, flags, value, old);
}

extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) noexcept {
  static const auto real = next<int (*)(int, int, int, epoll_event*)>("epoll_ctl");
  const int result = real(epoll, operation, fd, event);
  registry& r = known();
  const std::lock_guard lock(r.mutex);
  const auto same = [&](const registration& x) { return x.epoll == epoll && x.descriptor == fd; };
  if (operation == EPOLL_CTL_DEL || operation == EPOLL_CTL_ADD) std::erase_if(r.all, same);
  if (result != 0 || operation == EPOLL_CTL_DEL || event == nullptr) return result;
  if (operation == EPOLL_CTL_MOD) std::erase_if(r.all, same);
  const bool timer = std::find(r.timers.begin(), r.timers.end(), fd) != r.timers.end();
  r.all.push_back({epoll, fd, *event, timer});
  return result;
}

extern "C" int epoll_wait(int epoll, epoll_event* events, int most, int timeout) {
  static const auto real = next<int (*)(int, epoll_event*, int, int)>("epoll_wait");
  if (!cofault::virtual_clock::running()) return real(epoll, events, most, timeout);
  namespace here = cofault::detail::reactor;
  here::stepped();
  if (timeout != 0 && here::others_work()) {
    here::wait_outside();
    timeout = 0;
  }
  registry& r = known();
  const std::lock_guard lock(r.mutex);
  int count = 0;
  if (std::any_of(r.all.begin(), r.all.end(),
                  [&](const registration& x) { return x.epoll == epoll && is_outside(x); }))
    count = std::max(0, real(epoll, events, most, 0));
  if (timeout != 0 && count == 0) move_clock(epoll, timeout);
  if (!timers_due) return count;
  for (const registration& x : r.all) {
    if (x.epoll != epoll || !x.timer || count == most) continue;
    events[count] = x.wanted;
    events[count++].events = EPOLLIN;
  }
  timers_due = false;
  return count;
}

namespace cofault::detail::reactor {
namespace {

using other_threads::activity;

bool has_outside_descriptors() {
  const std::lock_guard lock(known().mutex);
  return std::any_of(known().all.begin(), known().all.end(), is_outside);
}

// What others_work() has said of other threads.
struct other_work {
  moment_of_run at;
  bool looked = false;  // at what is ready, behind the work of all of them
  bool alone = false;   // looked behind the end of all of them
  enum { none, look, wait } asks_for = none;
};
thread_local other_work others;

// All others were seen to wait for this one, and nothing has roused them since.
thread_local bool all_wait = false;

activity worth_waiting_for(bool at_last = false) {
  if (all_wait) return activity::none;
  const other_threads::sight seen = patience::here().look(at_last);
  all_wait = seen.all_wait && !other_threads::look_up();
  return seen.most;
}

}  // namespace

void stepped() { all_wait = false; }

void look_at_timers() { timers_due = true; }

bool others_work() {
  const run_state* const run = run_state::current();
  if (!other_threads::ever_existed() || (run != nullptr && run->tearing_down)) return false;
  const auto now = moment_of_run::now();
  if (std::exchange(others.at, now) != now) others.looked = others.alone = false;
  // In this order: who runs now may be asleep, and look something up, a moment later.
  const bool work = worth_waiting_for() != activity::none;
  const bool looks_up = other_threads::look_up();
  // Who has ended, or waits again, may have handed something over since the last look.
  const bool looked = std::exchange(others.looked, !work && !looks_up);
  others.asks_for = work || (looks_up && patience::here().is_left()) ? other_work::wait
                    : looks_up || looked                             ? other_work::none
                                                                     : other_work::look;
  return others.asks_for != other_work::none;
}

void let_others_rest() {
  if (!other_threads::ever_existed()) return;
  while (worth_waiting_for() == activity::running) patience::here().wait(activity::running);
}

bool wait_outside() {
  if (std::exchange(others.asks_for, other_work::none) == other_work::look) return true;
  const activity most = worth_waiting_for(true);
  if (most == activity::none && !patience::here().is_left()) return false;
  const bool anybody = other_threads::exist();
  if (anybody) others.alone = false;
  if (!anybody && !has_outside_descriptors())
    return other_threads::ever_existed() && !std::exchange(others.alone, true);
  if (most < activity::sleeping) other_threads::let_one_answer_go();
  patience::here().wait(most);
  return true;
}

}  // namespace cofault::detail::reactor
