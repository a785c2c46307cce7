// SPDX-License-Identifier: BSL-1.0
#include "cancellations.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "candidates.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"
#include "mailbox.hpp"
#include "verdicts.hpp"

namespace cofault::detail {
namespace {

constexpr std::size_t none = ~std::size_t{0};

bool is_root_cancellation(const plan& p) {
  return p.size() == 1 && p[0].what.kind == fault_kind::cancel;
}

std::size_t first(std::span<const event> trace, event_kind kind) {
  const auto found =
      std::find_if(trace.begin(), trace.end(), [&](const event& e) { return e.kind == kind; });
  return found == trace.end() ? none : static_cast<std::size_t>(found - trace.begin());
}

// The exceptions of the run that stand for a cancellation.
reused_vector<std::uint32_t> cancelling_exceptions(std::span<const event> trace) {
  reused_vector<std::uint32_t> out;
  for (const event& e : trace)
    if (e.kind == event_kind::cancels ||
        (e.kind == event_kind::typed && (e.site & exception_cancels) != 0))
      out.push_back(e.other);
  return out;
}

bool is_flight(const event& e) {
  return e.kind == event_kind::thrown || e.kind == event_kind::raised;
}

// A coroutine is destroyed that would have gone on: whoever awaits it was told so in other ways.
bool is_cut_off(const event& e) { return e.kind == event_kind::destroyed && e.value != 0; }

// One run with one cancellation of the root.
class reading {
 public:
  explicit reading(const outcome& what)
      : what_(what),
        trace_(what.trace()),
        who_(what.trace()),
        cancelling_(cancelling_exceptions(trace_)),
        request_(first(trace_, event_kind::cancelling)),
        end_(std::min(first(trace_, event_kind::probe_started),
                      first(trace_, event_kind::torn_down))) {}

  bool requested() const { return request_ != none; }
  bool taken() const {
    const std::size_t answer = first(trace_, event_kind::cancelled);
    return answer != none && trace_[answer].value != 0;
  }
  std::uint32_t struck() const { return trace_[request_].frame; }

  // The coroutine's await that is under way at the request; none: there is none.
  std::size_t await_at_request() const {
    for (std::size_t i = request_; i-- > 0;)
      if (trace_[i].kind == event_kind::arrived && trace_[i].frame == struck()) return i;
    return none;
  }
  // The first one behind the request that suspends, and that of the innermost coroutine; none:
  // there is none.
  std::size_t await_behind_request() const {
    reused_vector<std::size_t> arrivals;  // by coroutine
    std::size_t found = none;
    std::uint64_t step = 0;
    for (std::size_t i = request_; i < end_ && i < trace_.size(); ++i) {
      const event& e = trace_[i];
      if (e.kind == event_kind::arrived) {
        if (sites::resets_cancellation(e.site)) return none;  // it clears what was requested
        if (arrivals.size() <= e.frame) arrivals.resize(e.frame + 1, none);
        arrivals[e.frame] = (e.value & await_user) != 0 ? i : none;
      } else if (e.kind == event_kind::suspended) {
        if (found != none && e.value != step) break;
        if (arrivals.size() <= e.frame || arrivals[e.frame] == none) continue;
        found = arrivals[e.frame];
        step = e.value;
      } else if (e.kind == event_kind::resumed && found != none && e.value >> 1 != step) {
        break;
      }
    }
    return found;
  }

  // A cancellation goes through the coroutine before its next await, or is the end of it.
  bool delivered_at(std::size_t arrival) const {
    for (std::size_t i = std::max(arrival, request_) + 1; i < end_ && i < trace_.size(); ++i) {
      const event& e = trace_[i];
      if (e.frame != trace_[arrival].frame) continue;
      if (is_delivery(e)) return true;
      if (e.kind == event_kind::arrived || e.kind == event_kind::returned) return false;
    }
    return false;
  }
  // The await came to an end, and the coroutine went on.
  bool ran_its_course(std::size_t arrival) const {
    for (std::size_t i = arrival + 1; i < end_ && i < trace_.size(); ++i) {
      const event& e = trace_[i];
      if (e.frame != trace_[arrival].frame) continue;
      if (e.kind == event_kind::caught || e.kind == event_kind::failed) return false;
      if (e.kind == event_kind::arrived || e.kind == event_kind::returned) return true;
    }
    return false;
  }
  bool thrown_anywhere() const {
    return anywhere([&](const event& e) { return is_thrown(e); });
  }
  bool delivered_anywhere() const {
    return anywhere([&](const event& e) { return is_delivery(e); });
  }
  // The root ended otherwise than it does where nothing is cancelled, or at least the operation
  // came to its end without waiting for the clock.
  bool had_effect(std::uint64_t fault_free_arrivals) const {
    return thrown_anywhere() || what_.has(event_kind::root_threw) ||
           what_.end != ending::completed || what_.arrivals != fault_free_arrivals ||
           ends_at_once();
  }
  bool ends_at_once() const {
    for (std::size_t i = request_; i < trace_.size() && i < end_; ++i) {
      const event& e = trace_[i];
      if (e.frame == struck() && (e.kind == event_kind::resumed || is_cut_off(e)))
        return e.time == trace_[request_].time;
    }
    return false;
  }

  cancellation_note note(std::size_t arrival, const plan& p) const {
    const event& e = trace_[arrival];
    return {{sites::site(e.site).key, who_.instance(e.frame),
             static_cast<std::uint32_t>(e.value >> 32)},
            e.site,
            e.frame,
            p[0].what.when == moment::suspended,
            delivered_at(arrival),
            p};
  }

 private:
  template <class Is>
  bool anywhere(Is is) const {
    for (std::size_t i = request_; i < trace_.size() && i < end_; ++i)
      if (is(trace_[i])) return true;
    return false;
  }
  bool is_thrown(const event& e) const { return is_flight(e) && cancels(e.other); }
  bool is_delivery(const event& e) const { return is_thrown(e) || is_cut_off(e); }
  bool cancels(std::uint32_t exception) const {
    return std::find(cancelling_.begin(), cancelling_.end(), exception) != cancelling_.end();
  }

  const outcome& what_;
  std::span<const event> trace_;
  family who_;
  reused_vector<std::uint32_t> cancelling_;
  std::size_t request_, end_;
};

void keep(const cancellation_note& note) {
  mailbox& b = box();
  if (b.note_count < std::size(b.notes)) b.notes[b.note_count++] = note;
}

bool cancels_second(const fault& f) {
  return f.kind == fault_kind::cancel && f.when == moment::suspended;
}

}  // namespace

void plan_second_cancellation(const outcome& what, const plan& p, const options& how) {
  if (!is_root_cancellation(p) || what.end != ending::completed) return;
  const auto trace = what.trace();
  const std::size_t request = first(trace, event_kind::cancelling);
  const point_list all = moments_of(trace, family(trace));
  const auto first_part = trace.first(request);
  const point_list before = moments_of(first_part, family(first_part));
  static thread_local std::vector<fault> faults;
  for (std::size_t i = before.size(); i < all.size(); ++i) {
    faults.clear();
    propose_requests(all[i], how.injectors(), faults);
    for (const fault& f : faults) {
      if (!cancels_second(f)) continue;
      plan twice = p;
      twice.add({all[i].where, f});
      box().add_work(twice);
    }
  }
}

void note_cancellation(const outcome& what, const plan& p) {
  if (!is_root_cancellation(p)) return;
  mailbox& b = box();
  const reading run(what);
  if (!run.requested()) return;
  const moment when = p[0].what.when;
  if (!run.taken()) {
    // Before its first step a body has named no way yet; behind its end it needs none.
    if (when == moment::start || when == moment::end) return;
    return b.fail(
        "cofault: the root cannot be cancelled: its runtime has no way that cofault knows, and the "
        "body named none; call cofault::on_cancel(…) in the body before its first await, with a "
        "std::stop_source or a function");
  }
  if (when == moment::suspended) {
    ++b.cancellations;
    if (run.had_effect(b.plain_arrivals)) ++b.effects;
  }
  if (when == moment::running || when == moment::due || when == moment::end) return;
  const std::size_t arrival =
      when == moment::suspended ? run.await_at_request() : run.await_behind_request();
  if (arrival == none) return;
  // Only what is delivered, and what nobody was told of, can be compared.
  const cancellation_note note = run.note(arrival, p);
  if (note.suspended ? note.delivered : !run.delivered_anywhere() && run.ran_its_course(arrival))
    keep(note);
}

void judge_cancellations() {
  mailbox& b = box();
  if (b.cancellations > 0 && b.effects == 0 && b.found_count == 0)
    return b.fail(
        "cofault: none of the " + std::to_string(b.cancellations) +
        " cancellations of the root had any effect: nothing in it listens to them, or not "
        "to that strength; a pass would mean nothing");
  const std::span notes(b.notes, b.note_count);
  for (const cancellation_note& lost : notes) {
    if (lost.suspended) continue;
    const bool listens = std::any_of(notes.begin(), notes.end(), [&](const auto& other) {
      return other.suspended && other.where == lost.where;
    });
    if (listens)
      b.add(every_cancellation_honoured, lost.site, lost.frame, lost.what,
            "a cancellation between two awaits is lost: requested before this operation was "
            "started, it let it run its course; requested while it was suspended, it ended it");
  }
}

}  // namespace cofault::detail
