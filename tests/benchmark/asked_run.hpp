// SPDX-License-Identifier: BSL-1.0
// What a run is asked for where no fault strikes, written by hand, and no more: of each await its
// place, whose it is, which visit, whether a plan or a budget stops it, who runs and for whom
// operations are started; of the run whether it is over, who is left, and ten properties.
#pragma once

#include <array>
#include <cofault/event.hpp>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <utility>
#include <vector>

namespace bench {

// In the promise of a coroutine.
struct asked_coroutine {
  enum class state : std::uint8_t { created, running, suspended, finished };
  std::uint64_t run = 0;
  std::uint32_t id = 0, creator = 0, instance = 0;
  std::uint32_t site = 0, visit = 0;
  std::uint32_t first_site = 0, visits = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> others;  // other places, and their visits
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
  std::array<asked_place, 256> places;
  std::uint64_t runs = 0;
  int expected = 0;  // of the root
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

inline void made(asked_coroutine& f) {
  asked_run* const run = asked_run::current;
  if (run == nullptr) return;
  f.run = run->number;
  f.id = f.instance = ++run->coroutines;
  if (const asked_coroutine* by = run->running != nullptr ? run->running : run->initiating)
    f.creator = by->id;
  f.next = run->living.next;
  f.previous = &run->living;
  if (f.next != nullptr) f.next->previous = &f;
  run->living.next = &f;
  run->record(cofault::event_kind::created, &f, f.instance, f.creator);
}

inline void gone(asked_coroutine& f) {
  asked_run* const run = asked_run::current;
  if (run == nullptr || f.run != run->number) return;
  f.previous->next = f.next;
  if (f.next != nullptr) f.next->previous = f.previous;
  run->record(cofault::event_kind::destroyed, &f);
}

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

// Of the coroutine, where it is.
inline std::uint32_t& visits_of(asked_coroutine& f) {
  if (f.first_site == 0) f.first_site = f.site;
  if (f.first_site == f.site) return f.visits;
  for (auto& [site, visits] : f.others)
    if (site == f.site) return visits;
  return f.others.emplace_back(f.site, 0).second;
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
  f.visit = ++visits_of(f);
  ++run->arrivals;
  if (f.visit > run->most_visits || run->strikes) return false;
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

// initial_suspend: the coroutine starts behind it.
struct asked_start {
  asked_coroutine& who;
  bool await_ready() noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) noexcept {}
  void await_resume() noexcept { enter(who); }
};

// Any runtime: a scheduler, Asio.
class asked_world {
 public:
  virtual ~asked_world() = default;
  virtual void start() = 0;
  virtual bool step() = 0;
};

// The root has completed.
inline void root_ended(int result) {
  asked_run& run = *asked_run::current;
  ++run.completions;
  if (result != run.memory.expected) run.record(cofault::event_kind::observed, nullptr);
  run.record(cofault::event_kind::root_returned, nullptr);
}

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

using asked_properties = std::vector<std::unique_ptr<asked_property>>;

inline asked_properties ten_properties() {
  asked_properties out;
  for (int i = 0; i < 9; ++i)
    out.push_back(std::make_unique<asked_property>(cofault::kinds(cofault::event_kind::alive)));
  out.push_back(std::make_unique<is_complete>(~cofault::kind_set{0}));
  return out;
}

using asked_world_maker = std::function<std::unique_ptr<asked_world>()>;

inline bool run_and_ask(asked_memory& m, const asked_world_maker& make,
                        const asked_properties& properties) {
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
