// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "cofault/clock.hpp"
#include "cofault/detail/awaiter.hpp"
#include "cofault/detail/ready_queue.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/driver.hpp"
#include "cofault/explore.hpp"
#include "cofault/observe.hpp"

namespace cofault {

// Somebody who waits, as scheduler::pending() tells it.
struct waiting {
  std::string who;    // "fetch()", the innermost coroutine
  std::string place;  // "pool.cpp:31", its await point
  std::string what;   // "an event"
  virtual_time since = 0;
  std::vector<std::string> awaited_by;  // "query() at pool.cpp:42", innermost first
};

// The list as text: one line each, "fetch() waits for an event at pool.cpp:31 since 2 s, …".
std::string describe(const std::vector<waiting>& list);

// A fake scheduler: a ready queue and timers in virtual time, for coroutine types that bring no
// runtime and for cofault::runtime. It belongs to the thread that made it: what is called from
// another one throws std::logic_error. Work that is still queued when it goes is dropped, and tasks
// that are still suspended are destroyed, the youngest first.
class scheduler {
 public:
  // Shows virtual time on this thread as long as it lives, unless a run does that already.
  scheduler();
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  ~scheduler();

  // Names work that was queued. A default one names none.
  struct ticket {
    virtual_time due = 0;
    std::uint64_t number = 0;
    bool operator<(const ticket& other) const {
      return due != other.due ? due < other.due : number < other.number;
    }
  };

  // Queues work behind what is ready now. `resumes` is the coroutine that it goes on with, if it is
  // known: only such work can be delayed by a plan.
  ticket post(std::function<void()> work, std::coroutine_handle<> resumes = {});
  ticket post(std::coroutine_handle<> resumes) { return post(resumes, nullptr); }

  // Queues work for later; due at once if `after` is not positive. Timers due at the same time run
  // in the order in which they were set.
  ticket post_after(std::chrono::nanoseconds after, std::function<void()> work,
                    std::coroutine_handle<> resumes = {});

  // Drops the work, if it has not begun. False: there was none.
  bool forget(const ticket& which) noexcept;

  // Runs what is ready longest. False: nothing is ready.
  bool step();

  // Runs until nothing is ready; the clock stands still. Returns the number of steps.
  std::size_t run_until_idle();

  // Moves the clock by `d`, from timer to timer, and runs whatever becomes ready on the way.
  // Throws std::invalid_argument if `d` is negative.
  void advance(std::chrono::nanoseconds d);

  // The tasks that wait, in the order in which they were spawned.
  std::vector<waiting> pending() const;

  // The scheduler whose work runs on this thread, or null.
  static scheduler* current();

  // Whoever has coroutines that this scheduler owns: the runtime's tasks.
  class participant {
   public:
    virtual ~participant() = default;
    // Goes on with one of its coroutines.
    virtual void resume(std::coroutine_handle<> where) = 0;
    // What it waits for; nothing while it can run.
    virtual std::optional<waiting> waits() const = 0;
    // The scheduler goes: destroys its coroutines.
    virtual void abandon() noexcept = 0;

   private:
    friend scheduler;
    std::uint32_t queued_ = 0;  // how often work goes on through it
  };
  // The participant that runs on this thread, or null; and its change by the participant itself.
  static participant* running();
  static participant* running(participant* now);
  std::uint64_t enlist(std::shared_ptr<participant> who);
  // It is about to go. What still goes on through it, coroutines that it has left behind, goes on
  // without it.
  void dismiss(std::uint64_t number);
  std::vector<std::shared_ptr<participant>> participants() const;

  struct awaiter {
    scheduler& where;
    std::optional<std::chrono::nanoseconds> after;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) {
      after ? where.post_after(*after, waiting, running()) : where.post(waiting, running());
    }
    void await_resume() {}
  };
  // co_await yield(): lets everything that is ready run first.
  awaiter yield() { return {*this, std::nullopt}; }
  // co_await sleep_for(d): goes on when virtual time has advanced by d. What has more nanoseconds
  // than fit (hours::max()) is as long as fits: it never ends. Throws std::invalid_argument if d
  // is not a number.
  template <class Rep, class Period>
  awaiter sleep_for(std::chrono::duration<Rep, Period> d) {
    return {*this, fitting(d)};
  }

  // The duration in nanoseconds, or the nearest that fits.
  template <class Rep, class Period>
  static std::chrono::nanoseconds fitting(std::chrono::duration<Rep, Period> d) {
    using std::chrono::nanoseconds;
    const std::chrono::duration<double, std::nano> rounded = d;
    if (rounded >= nanoseconds::max()) return nanoseconds::max();
    if (rounded <= nanoseconds::min()) return nanoseconds::min();
    if (rounded.count() != rounded.count()) refuse_nan();
    return std::chrono::duration_cast<nanoseconds>(d);
  }

  // For the driver.
  std::size_t ready() const { return ready_.size(); }
  void run(std::size_t i);
  // The coroutine that the first piece of work goes on with; null where it is not known.
  std::coroutine_handle<> first() const { return ready_[0].resumes; }
  // Moves the first piece of work behind the others.
  void postpone();
  std::optional<virtual_time> next_deadline() const;
  void release_due();
  // Drops all work and destroys what is suspended; what that queues is dropped, too.
  void clear();
  bool closing() const { return closing_; }
  // Throws std::logic_error on any thread but its own.
  void check_thread() const;

  // Shows itself as current() for as long as it lives.
  class turn {
   public:
    explicit turn(scheduler& now);
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn();

   private:
    scheduler* before_;
  };

 private:
  struct boxed_work : detail::reused {
    explicit boxed_work(std::function<void()> call) : what(std::move(call)) {}
    std::function<void()> what;
  };
  // Without work of its own it resumes the coroutine, through its participant where it has one.
  struct piece {
    std::uint64_t number;
    std::coroutine_handle<> resumes;
    participant* who;
    std::unique_ptr<boxed_work> work;
  };
  template <class Key, class Value>
  using map = std::map<Key, Value, std::less<Key>, detail::reusing<std::pair<const Key, Value>>>;
  ticket post(std::coroutine_handle<> resumes, participant* who);
  [[gnu::noinline]] ticket make_room_and_post(std::coroutine_handle<> resumes, participant* who);
  void run_work();
  ticket post_after(std::chrono::nanoseconds after, std::coroutine_handle<> resumes,
                    participant* who);
  ticket add_after(std::chrono::nanoseconds after, piece what);
  void go_on_without(participant& who);
  static std::unique_ptr<boxed_work> boxed(std::function<void()> work,
                                           std::coroutine_handle<> resumes);
  [[noreturn]] static void refuse_thread();
  [[noreturn]] static void refuse_nan();

  detail::ready_queue<piece> ready_;
  map<ticket, piece> timers_;
  map<std::uint64_t, std::shared_ptr<participant>> participants_;
  std::uint64_t number_ = 0;
  const void* owner_;  // stands for a thread
  bool owns_clock_ = false;
  bool closing_ = false;
};

namespace detail {

// A coroutine of the test's own: not instrumented.
template <class Promise>
class test_coroutine {
 public:
  struct promise_type : Promise {
    test_coroutine get_return_object() {
      return test_coroutine(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
  };

  test_coroutine() = default;
  explicit test_coroutine(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  test_coroutine(test_coroutine&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  test_coroutine& operator=(test_coroutine&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~test_coroutine() {
    if (handle_) handle_.destroy();
  }
  std::coroutine_handle<> handle() const { return handle_; }

 private:
  std::coroutine_handle<promise_type> handle_;
};

// Tells the run how the root ended.
struct root_promise : reused {
  void return_void() { root_completed(nullptr); }
  void unhandled_exception() { root_completed(std::current_exception()); }
};
using root_coroutine = test_coroutine<root_promise>;

// What a probe asks is handled within.
struct probe_promise {
  void return_void() {}
  void unhandled_exception() { std::terminate(); }
};
using probe_coroutine = test_coroutine<probe_promise>;

template <class Root>
root_coroutine await_root(Root root) {
  note_root(&root, sizeof root);
  using result = decltype(detail::get_awaiter(std::move(root)).await_resume());
  if constexpr (!std::is_void_v<result> && std::equality_comparable<std::decay_t<result>> &&
                std::copy_constructible<std::decay_t<result>>)
    observe(co_await std::move(root));
  else
    static_cast<void>(co_await std::move(root));
}

template <class Question>
probe_coroutine await_answer(std::shared_ptr<Question> question, scheduler& s, probe_done done) {
  using result = decltype(detail::get_awaiter((*question)(s)).await_resume());
  try {
    if constexpr (std::is_void_v<result>) {
      co_await (*question)(s);
      done(probe_result::passed);
    } else {
      using answer = std::decay_t<result>;
      static_assert(std::equality_comparable<answer> && std::copy_constructible<answer>,
                    "cofault: a probe's answer is compared with the one it gives without faults; "
                    "return a type that can be copied and has operator==");
      done(compare_answer(std::any(co_await (*question)(s)), same_answer<answer>));
    }
  } catch (...) {
    done(probe_result::threw);
  }
}

// What every world with a fake scheduler of its own does.
class scheduled_world : public driver, public reused {
 public:
  std::size_t choices() override { return scheduler_.ready(); }
  bool run(std::size_t i) override;
  std::coroutine_handle<> first() override { return scheduler_.first(); }
  bool postpone() override;
  std::optional<virtual_time> next_deadline() override { return scheduler_.next_deadline(); }
  void jumped() override { scheduler_.release_due(); }
  void park(std::shared_ptr<void> held) override { parked_.push_back(std::move(held)); }

  scheduler& where() { return scheduler_; }

 protected:
  scheduler scheduler_;
  std::vector<std::shared_ptr<void>> parked_;
};

class scheduler_driver final : public scheduled_world {
 public:
  explicit scheduler_driver(std::function<root_coroutine(scheduler&)> body)
      : body_(std::move(body)) {}

  void start() override;
  void teardown() override;
  void ask(probe_coroutine probe);

 private:
  std::function<root_coroutine(scheduler&)> body_;
  root_coroutine root_;
  std::vector<probe_coroutine> probes_;
};

}  // namespace detail

namespace detail {

template <class T>
concept awaitable =
    requires(T&& object) { detail::get_awaiter(static_cast<T&&>(object)).await_ready(); };

}  // namespace detail

// Explores `body(scheduler&)`, which returns the root: anything that can be awaited.
template <std::invocable<scheduler&> Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  using root = std::invoke_result_t<Body&, scheduler&>;
  static_assert(!std::is_void_v<root>,
                "cofault: the body returns nothing; it must return its root, a coroutine that can "
                "be awaited");
  static_assert(std::is_void_v<root> || detail::awaitable<root>,
                "cofault: the body must return its root, a coroutine that can be awaited");
  if constexpr (detail::awaitable<root>) {
    const driver_factory factory = [&body] {
      return std::make_unique<detail::scheduler_driver>(
          [&body](scheduler& s) { return detail::await_root(body(s)); });
    };
    return explore(factory, how, caller);
  }
}

// Called in the body: once the root has completed, `question(scheduler&)`, which returns anything
// that can be awaited, is asked in the same world, without faults. It must complete, and with the
// answer that it gives when no fault was injected at all. What it refers to must live as long as
// the world: capture a shared_ptr.
template <std::invocable<scheduler&> Question>
  requires detail::awaitable<std::invoke_result_t<Question&, scheduler&>>
void probe(Question question) {
  const auto kept = std::make_shared<Question>(std::move(question));
  detail::add_probe([kept](detail::probe_done done) {
    auto* const world = dynamic_cast<detail::scheduler_driver*>(detail::current_driver());
    if (world == nullptr) throw std::logic_error("cofault: the probe belongs to another runtime");
    world->ask(detail::await_answer(kept, world->where(), std::move(done)));
  });
}

}  // namespace cofault
