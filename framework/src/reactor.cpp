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
#include "real_time.hpp"
#include "run_state.hpp"
#include "shared_memory.hpp"

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

// Where a run is: whether anything has moved.
struct moment_of_run {
  static moment_of_run now() {
    const run_state* const run = run_state::current();
    if (run == nullptr) return {virtual_clock::now(), 0, 0};
    return {virtual_clock::now(), run->number, run->arrivals};
  }
  virtual_time clock = -1;
  std::uint64_t run = 0, arrivals = 0;
  friend bool operator==(const moment_of_run&, const moment_of_run&) = default;
};

// How long threads at work are waited for, in nanoseconds: less each time that was in vain. 0: it
// never was. Forked children learn from each other.
std::int64_t& learned = make_shared_object<std::int64_t>();

// How long the driver has waited since something moved last.
class patience {
 public:
  // Of threads at work, or else of what only may hand something over.
  bool is_left(bool for_work) {
    look();
    return for_work ? worked_ < for_work_now() : waits_ < most_waits;
  }
  void wait(bool for_work) {
    look();
    ++waits_;
    const std::int64_t began = real_time();
    // Short at first: most answers come at once.
    for (int i = waits_ < 10 ? 1 : 25; i > 0; --i) other_threads::short_pause();
    if (for_work) worked_ += real_time() - began;
  }
  // What the threads at work do is not for a run, or not worth the time.
  void was_in_vain(other_threads::activity least) {
    constexpr std::int64_t fewest = 10'000'000;
    other_threads::give_up_on(least);
    learned = std::max(fewest, for_work_now() / 2);
  }

 private:
  static constexpr int most_waits = 50;
  static constexpr std::int64_t at_first = 5'000'000'000;
  static std::int64_t for_work_now() { return learned == 0 ? at_first : learned; }
  void look() {
    const auto now = moment_of_run::now();
    if (std::exchange(last_, now) == now) return;
    waits_ = 0;
    worked_ = 0;
  }
  moment_of_run last_;
  int waits_ = 0;
  std::int64_t worked_ = 0;
};
thread_local patience left;

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

activity most_active() {
  if (all_wait) return activity::none;
  const activity most = other_threads::most_active();
  all_wait = most == activity::none && !other_threads::look_up();
  return most;
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
  const bool work = most_active() >= activity::sleeping;
  const bool waits = work || other_threads::look_up();
  // Who has ended, or sleeps again, may have handed something over since the last look.
  const bool looked = std::exchange(others.looked, !waits);
  others.asks_for = waits && left.is_left(work) ? other_work::wait
                    : waits || looked           ? other_work::none
                                                : other_work::look;
  if (work && others.asks_for == other_work::none) left.was_in_vain(activity::sleeping);
  return others.asks_for != other_work::none;
}

void let_others_rest() {
  if (!other_threads::ever_existed()) return;
  while (most_active() == activity::running) {
    if (!left.is_left(true)) return left.was_in_vain(activity::running);
    left.wait(true);
  }
}

bool wait_outside() {
  if (std::exchange(others.asks_for, other_work::none) == other_work::look) return true;
  const activity most = most_active();
  const bool work = most >= activity::blocked;
  if (!left.is_left(false) && !(work && left.is_left(true))) {
    if (work) left.was_in_vain(activity::sleeping);
    return false;
  }
  const bool anybody = other_threads::exist();
  if (anybody) others.alone = false;
  if (!anybody && !has_outside_descriptors())
    return other_threads::ever_existed() && !std::exchange(others.alone, true);
  if (most < activity::sleeping) other_threads::let_one_answer_go();
  left.wait(work);
  return true;
}

}  // namespace cofault::detail::reactor
