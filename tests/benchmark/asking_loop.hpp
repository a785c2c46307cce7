// SPDX-License-Identifier: BSL-1.0
// The least, written by hand, that asks all that a run is asked for where no fault strikes: of each
// await its place, whose it is, which visit, whether a plan or a budget stops it, who runs and for
// whom operations are started; of the run who is left, and ten properties. Of what cofault can it
// does nothing: no other thread, no second place, no timer, no joins, no requests, no exceptions.
#pragma once

#include <array>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <utility>
#include <vector>

#include "by_hand.hpp"

namespace bench {

// In the promise of a coroutine.
struct asked_coroutine {
  enum class state : std::uint8_t { created, running, suspended, finished };
  std::uint64_t run = 0;
  std::uint32_t id = 0, creator = 0, instance = 0;
  std::uint32_t site = 0, visit = 0;
  std::uint32_t first_site = 0, visits = 0;
  state is = state::created;
  asked_coroutine *below = nullptr, *previous = nullptr, *next = nullptr;
};

struct asked_place {
  const void* at = nullptr;
  std::uint32_t site = 0;
};

// What is reused from run to run.
struct asked_memory {
  std::vector<cofault::event> records = std::vector<cofault::event>(1000);
  std::vector<std::coroutine_handle<>> ready;
  std::array<asked_place, 256> places;
  std::uint64_t runs = 0;
  int expected = all_of_one;

  static constexpr int all_of_one = awaits * (awaits - 1) / 2;
};

class asked_run {
 public:
  asked_run(asked_memory& m, std::uint64_t most_arrivals, std::uint32_t most_visits, bool strikes)
      : memory(m),
        number(++m.runs),
        most_arrivals(most_arrivals),
        most_visits(most_visits),
        strikes(strikes),
        next_(m.records.data()),
        end_(next_ + m.records.size()) {
    current = this;
  }
  ~asked_run() { current = nullptr; }
  asked_run(const asked_run&) = delete;
  asked_run& operator=(const asked_run&) = delete;

  void record(cofault::event_kind kind, const asked_coroutine* of, std::uint64_t value = 0,
              std::uint32_t other = 0) {
    if (next_ == end_) std::terminate();
    kinds |= cofault::kinds(kind);
    *next_++ = {kind,  of == nullptr ? 0 : of->id, of == nullptr ? 0 : of->site, other, value,
                clock_};
  }

  bool over() const { return arrivals > most_arrivals || next_ == end_; }

  static inline constinit thread_local asked_run* current = nullptr;

  asked_memory& memory;
  const std::uint64_t number;
  const std::uint64_t most_arrivals;
  const std::uint32_t most_visits;
  const bool strikes;
  std::uint64_t arrivals = 0;
  cofault::kind_set kinds = 0;
  asked_coroutine* running = nullptr;
  const asked_coroutine* initiating = nullptr;
  asked_coroutine living;
  std::uint32_t coroutines = 0, completions = 0, step = 0;

 private:
  cofault::event* next_;
  cofault::event* end_;
  std::int64_t clock_ = 0;
};

inline void enter(asked_coroutine& f) {
  asked_run* const run = asked_run::current;
  const bool first = f.is == asked_coroutine::state::created;
  f.is = asked_coroutine::state::running;
  if (run == nullptr || f.run != run->number) return;
  run->initiating = nullptr;
  f.below = std::exchange(run->running, &f);
  run->record(first ? cofault::event_kind::started : cofault::event_kind::resumed, &f, run->step);
}

inline void leave(asked_coroutine& f, asked_coroutine::state as, cofault::event_kind kind) {
  asked_run* const run = asked_run::current;
  f.is = as;
  if (run == nullptr || f.run != run->number) return;
  if (run->running == &f) run->running = f.below;
  run->record(kind, &f, run->step);
}

// False: it goes no further.
inline bool arrive(asked_coroutine& f, const std::source_location& here) {
  asked_run* const run = asked_run::current;
  if (run == nullptr || f.run != run->number) return true;
  const void* at = here.file_name();
  at = static_cast<const char*>(at) + here.line();
  asked_place& known = run->memory.places[reinterpret_cast<std::uintptr_t>(at) % 256];
  if (known.at != at) known = {at, here.line()};
  f.site = known.site;
  if (f.first_site == 0) f.first_site = f.site;
  if (f.first_site != f.site) std::terminate();
  f.visit = ++f.visits;
  ++run->arrivals;
  if (f.visits > run->most_visits || run->strikes) return false;
  run->record(cofault::event_kind::arrived, &f, std::uint64_t{f.visit} << 32);
  return true;
}

template <class Promise, class Awaiter>
struct asked_awaiter {
  asked_coroutine& who;
  Awaiter of;

  bool await_ready() { return of.await_ready(); }
  auto await_suspend(std::coroutine_handle<> h) {
    leave(who, asked_coroutine::state::suspended, cofault::event_kind::suspended);
    if (asked_run* const run = asked_run::current) run->initiating = &who;
    return of.await_suspend(std::coroutine_handle<Promise>::from_address(h.address()));
  }
  decltype(auto) await_resume() {
    enter(who);
    return of.await_resume();
  }
};

struct asked_promise : task<false>::promise_type {
  using inner = task<false>::promise_type;

  asked_promise() {
    asked_run* const run = asked_run::current;
    if (run == nullptr) return;
    who.run = run->number;
    who.id = who.instance = ++run->coroutines;
    if (run->running != nullptr) who.creator = run->running->id;
    who.next = run->living.next;
    who.previous = &run->living;
    if (who.next != nullptr) who.next->previous = &who;
    run->living.next = &who;
    run->record(cofault::event_kind::created, &who, who.instance, who.creator);
  }
  ~asked_promise() {
    asked_run* const run = asked_run::current;
    if (run == nullptr || who.run != run->number) return;
    who.previous->next = who.next;
    if (who.next != nullptr) who.next->previous = who.previous;
    run->record(cofault::event_kind::destroyed, &who);
  }

  auto initial_suspend() noexcept {
    struct begins {
      asked_coroutine& who;
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<>) noexcept {}
      void await_resume() noexcept { enter(who); }
    };
    return begins{who};
  }
  auto final_suspend() noexcept {
    leave(who, asked_coroutine::state::finished, cofault::event_kind::returned);
    struct ends {
      decltype(std::declval<inner&>().final_suspend()) of;
      bool await_ready() noexcept { return of.await_ready(); }
      auto await_suspend(std::coroutine_handle<> h) noexcept {
        return of.await_suspend(std::coroutine_handle<inner>::from_address(h.address()));
      }
      void await_resume() noexcept {}
    };
    return ends{inner::final_suspend()};
  }
  template <class A>
  auto await_transform(A&& operand, std::source_location here = std::source_location::current()) {
    if (!arrive(who, here)) std::terminate();
    return asked_awaiter<inner, std::remove_cvref_t<A>>{who, std::forward<A>(operand)};
  }

  asked_coroutine who;
};

class asking_loop;

}  // namespace bench

template <>
struct std::coroutine_traits<bench::task<false>, bench::asking_loop&, int> {
  using promise_type = bench::asked_promise;
};

namespace bench {

// Any runtime: a scheduler, Asio.
class asked_world {
 public:
  virtual ~asked_world() = default;
  virtual void start() = 0;
  virtual bool step() = 0;
};

class asking_loop final : public asked_world {
 public:
  explicit asking_loop(asked_memory& m) : ready_(m.ready) { ready_.clear(); }

  struct awaiter {
    asking_loop& w;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> h) { w.ready_.push_back(h); }
    void await_resume() {}
  };
  awaiter yield() { return {*this}; }

  void start() override {
    root_.emplace_back(one_task<false>(*this, awaits));
    ready_.push_back(root_.back().handle());
  }
  bool step() override {
    if (first_ == ready_.size()) return false;
    const auto next = ready_[first_++];
    next.resume();
    if (next.done()) ended();
    return true;
  }

 private:
  void ended() {
    asked_run& run = *asked_run::current;
    ++run.completions;
    const int result = root_.back().await_resume();
    if (result != run.memory.expected) run.record(cofault::event_kind::observed, nullptr);
    run.record(cofault::event_kind::root_returned, nullptr);
  }

  std::vector<std::coroutine_handle<>>& ready_;
  std::size_t first_ = 0;
  std::vector<task<false>> root_;
};

class asked_property {
 public:
  explicit asked_property(cofault::kind_set bad) : needs(bad) {}
  virtual ~asked_property() = default;
  virtual bool holds(const asked_run& run) const { return (run.kinds & needs) == 0; }
  const cofault::kind_set needs;
};

struct is_complete final : asked_property {
  using asked_property::asked_property;
  bool holds(const asked_run& run) const override { return run.completions == 1; }
};

inline bool run_and_ask(asked_memory& m, const std::function<std::unique_ptr<asked_world>()>& make,
                        const std::vector<std::unique_ptr<asked_property>>& properties) {
  if (asked_run::current != nullptr) return false;
  asked_run run(m, 1'000'000, 1'000, false);
  {
    const auto world = make();
    world->start();
    while (!run.over() && world->step()) ++run.step;
  }
  for (const asked_coroutine* f = run.living.next; f != nullptr; f = f->next)
    run.record(cofault::event_kind::alive, f);
  bool good = true;
  for (const auto& p : properties)
    if (p->needs == ~cofault::kind_set{0} || (p->needs & run.kinds) != 0)
      good = p->holds(run) && good;
  return good;
}

}  // namespace bench
