// SPDX-License-Identifier: BSL-1.0
#include "request.hpp"

#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "cofault/cancel.hpp"
#include "cofault/driver.hpp"
#include "cofault/site.hpp"
#include "fault_execution.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

// The spawned chain that the coroutine belongs to, if it has a cancellation slot of its own.
frame* own_chain(run_state& run, const frame& member) {
  frame* const top = run.started.find(run.top_of(member.id));
  return top == nullptr || top->slot == nullptr ? nullptr : top;
}

std::uint64_t key(std::uint32_t frame, std::uint32_t site, std::uint32_t visit) {
  return (std::uint64_t{frame} << 40) ^ (std::uint64_t{site} << 20) ^ visit;
}

}  // namespace

requests::requests(run_state& run) : run_(run), is_planned_(!run.what.empty()) {}

void requests::fill(resumption_table& table, const trace_buffer& plain) {
  table.clear();
  reused_vector<std::uint32_t> visits;  // by coroutine: of the await point it reached last
  std::uint32_t clock_moves = 0;
  for (const event& e : std::span(plain.events, plain.count())) {
    if (e.kind == event_kind::torn_down) break;
    if (e.kind == event_kind::jumped) ++clock_moves;
    if (e.kind == event_kind::arrived) {
      if (visits.size() <= e.frame) visits.resize(e.frame + 1);
      visits[e.frame] = static_cast<std::uint32_t>(e.value >> 32);
    }
    if (e.kind == event_kind::resumed && e.site != 0)
      table[key(e.frame, e.site, visits[e.frame])] = {static_cast<std::uint32_t>(e.value >> 1),
                                                      clock_moves};
  }
}

// Made from its trace for the first run that asks.
requests::resumption_table& requests::fault_free() {
  static thread_local resumption_table table;
  static thread_local std::uint64_t made_of = 0;
  const trace_buffer& plain = plain_trace();
  if (made_of != plain.stamp) fill(table, plain);
  made_of = plain.stamp;
  return table;
}

const fault& requests::fault_of(const armed& a) const { return run_.what[a.number].what; }

// The coroutine, if it still waits where the request was armed.
frame* requests::waiting(const armed& a) const {
  frame* f = run_.started.find(a.frame);
  const bool there = f != nullptr && f->state == frame_state::suspended && f->site == a.site &&
                     f->visit == a.visit;
  return there ? f : nullptr;
}

const requests::resumption* requests::known(const armed& a) const {
  const frame* f = waiting(a);
  return f == nullptr ? nullptr : fault_free().known(key(a.frame, a.site, a.visit));
}

void requests::arm(frame& at, std::uint32_t number) {
  if (run_.what[number].what.when == moment::running)
    perform(&at, number);
  else
    armed_.push_back({at.id, at.site, at.visit, number});
}

// Performing one may run code that arms or performs others.
template <class Condition>
void requests::perform_if(moment when, Condition condition) {
  for (std::size_t i = 0; i < armed_.size();) {
    if (fault_of(armed_[i]).when != when || !condition(armed_[i])) {
      ++i;
      continue;
    }
    const armed now = armed_[i];
    armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i));
    perform(run_.started.find(now.frame), now.number);
    i = 0;
  }
}

void requests::resumed(const frame& at) {
  perform_if(moment::resumed, [&](const armed& a) {
    return a.frame == at.id && a.site == at.site && a.visit == at.visit;
  });
}

void requests::perform_due() {
  perform_if(moment::due, [&](const armed& a) {
    const resumption* r = known(a);
    return r != nullptr && r->clock_moves == clock_moves_;
  });
}

void requests::perform_late() {
  perform_if(moment::late, [&](const armed& a) {
    const resumption* r = known(a);
    // The step is looked for before and behind a move of the clock.
    return r != nullptr && r->step == step_ && r->clock_moves == clock_moves_;
  });
}

void requests::perform_suspended() {
  perform_if(moment::suspended, [&](const armed& a) { return waiting(a) != nullptr; });
}

bool requests::perform_at_root(moment when) {
  bool any = false;
  for (std::size_t i = 0; i < run_.what.size(); ++i) {
    const deviation& d = run_.what[i];
    if (d.where != root_point() || d.what.when != when) continue;
    perform(nullptr, static_cast<std::uint32_t>(i));
    any = true;
  }
  return any;
}

bool requests::is_past_last_arrival() const {
  return run_.root_completions == 0 && run_.arrivals > last_arrival_;
}

void requests::perform(frame* at, std::uint32_t number) {
  const fault& what = run_.what[number].what;
  run_.depart();
  run_.record(event_kind::faulted, at, faulted_request | number);
  run_.mark_reached(number);
  run_.faulted = true;
  run_.last_fault_frame = run_.next_frame;
  if (is_cancellation(what.kind)) return cancel(at, what);
  run_.record(event_kind::ended_early, at, what.kind == fault_kind::stop ? 1 : 0);
  if (what.kind == fault_kind::stop) run_.world->stop();
  ended_ = true;
}

// Asks the chain, or else the root. False: nobody listens.
bool requests::ask(const fault& what, const frame* chain) {
  const auto strength = static_cast<cancel_strength>(what.value);
  if (what.kind == fault_kind::cancel_child)
    return chain != nullptr && cancel_slot(chain->type->where, chain->slot, strength);
  const std::uint64_t patience = 2 * run_.fault_free_arrivals() + run_.how.max_visits() + 1000;
  last_arrival_ = run_.arrivals + patience;
  // What the program registered may register more.
  const auto registered = run_.cancellers;
  for (const auto& request : registered) request();
  return !registered.empty() || run_.world->cancel(strength);
}

void requests::cancel(frame* at, const fault& what) {
  // The request may end the coroutine, and with it its frame.
  const std::uint32_t id = at == nullptr ? 0 : at->id, site = at == nullptr ? 0 : at->site;
  frame* chain = nullptr;
  if (what.kind == fault_kind::cancel_child) chain = own_chain(run_, *at);
  run_.record(event_kind::cancelling, at, std::uint64_t(what.when) << 8 | what.value,
              chain == nullptr ? 0 : chain->id);
  bool taken = false;
  const auto ask_it = [&] { taken = ask(what, chain); };
  run_.world->within(std::ref(ask_it));
  run_.record_at(event_kind::cancelled, id, site, taken ? 1 : 0);
}

}  // namespace cofault::detail

namespace cofault {

void on_cancel(std::function<void()> request) {
  if (auto* run = detail::run_state::current()) run->cancellers.push_back(std::move(request));
}

}  // namespace cofault
