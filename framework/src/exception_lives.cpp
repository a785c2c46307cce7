// SPDX-License-Identifier: BSL-1.0
#include "exception_lives.hpp"

#include <iterator>

namespace cofault::detail {

exception_lives::exception_lives(std::span<const event> trace) : trace_(trace) {
  constexpr kind_set silent =
      kinds(event_kind::created, event_kind::started, event_kind::suspended, event_kind::resumed,
            event_kind::returned, event_kind::destroyed);
  lives_.reserve(4);
  for (std::size_t i = 0; i < trace_.size(); ++i) {
    const event& e = trace_[i];
    if (e.kind == event_kind::arrived) {
      if (after_code_ == e.frame) after_code_ = 0;
    } else if ((kinds(e.kind) & silent) == 0) {
      read(i);
    }
  }
}

// A coroutine that runs was started or resumed not long before.
std::uint32_t exception_lives::place(std::uint32_t frame, std::size_t event) const {
  for (std::size_t i = event; frame != 0 && i-- > 0;) {
    const cofault::event& e = trace_[i];
    if (e.frame != frame) continue;
    if (e.kind == event_kind::arrived || e.kind == event_kind::resumed) return e.site;
    if (e.kind == event_kind::started) break;
  }
  return 0;
}

void exception_lives::read(std::size_t i) {
  const event& e = trace_[i];
  switch (e.kind) {
    case event_kind::faulted:
      if ((e.value & faulted_request) == 0) after_code_ = e.frame;
      break;
    case event_kind::thrown:
    case event_kind::made:
      birth(i);
      break;
    case event_kind::typed:
      type(e);
      break;
    case event_kind::raised:
    case event_kind::rethrown:
      of(e.other).last_flight = i;
      break;
    case event_kind::caught:
      open(i);
      break;
    case event_kind::failed:
      seal(e);
      break;
    case event_kind::reported:
      of(e.other).reported = true;
      break;
    case event_kind::left:
      close(i);
      break;
    case event_kind::died:
      death(i);
      break;
    case event_kind::terminating:
      of(e.other).terminated = true;
      break;
    case event_kind::declared:
      of(e.other).declared = true;
      break;
    case event_kind::cancels:
      of(e.other).story.flags |= exception_cancels | exception_cancels_always;
      break;
    case event_kind::ended_early:
      cut_at_ = std::min(cut_at_, i);
      break;
    case event_kind::torn_down:
      torn_down_at_ = i;
      sleepers_left_ = e.value != 0;
      break;
    case event_kind::retrieved:
      (e.value == 0 ? of(e.other).retrieved : of(e.other).taken) = true;
      break;
    case event_kind::spawned:
      spawn(e);
      break;
    case event_kind::root_returned:
      root_ended_ = true;
      break;
    case event_kind::root_threw:
    case event_kind::escaped:
      if (e.other != 0) outcomes_.push_back(e.other);
      root_ended_ |= e.kind == event_kind::root_threw;
      threw_ = true;
      break;
    case event_kind::observed:
      observed_at_ = i;
      break;
    default:
      break;
  }
}

void exception_lives::birth(std::size_t i) {
  const event& e = trace_[i];
  life& l = of(e.other);
  l.born = l.last_flight = i;
  l.story.thrown_by = e.frame;
  l.story.thrown = {e.value, 0, place(e.frame, i)};
  l.thrown_in = open_.empty() ? 0 : open_.back();
  // Thrown because of a judged one: while that was being handled, or for an error code.
  l.story.of_fault = after_code_ != 0 && after_code_ == e.frame;
  l.judged = (!open_.empty() && lives_[open_.back()].judged) || l.story.of_fault;
}

void exception_lives::type(const event& e) {
  life& l = of(e.other);
  l.story.type = e.value;
  l.story.flags |= e.site;
  if ((e.site & exception_injected) != 0) l.judged = l.story.of_fault = true;
}

void exception_lives::open(std::size_t i) {
  const event& e = trace_[i];
  of(e.other).handlings.push_back({i, none, e.frame});
  open_.push_back(e.other);
}

// The innermost handler that is open for the exception.
handling* exception_lives::innermost(std::uint32_t n) {
  auto& all = of(n).handlings;
  const auto found =
      std::find_if(all.rbegin(), all.rend(), [](const handling& h) { return h.left == none; });
  return found == all.rend() ? nullptr : &*found;
}

void exception_lives::seal(const event& e) {
  if (e.other == 0) return;
  of(e.other).story.left.push_back(e.frame);
  if (handling* h = innermost(e.other)) h->machinery = true;
}

void exception_lives::close(std::size_t i) {
  const event& e = trace_[i];
  if (handling* h = innermost(e.other)) {
    h->left = i;
    h->by = e.site;
    const std::uint32_t outer = of(e.other).thrown_in;
    h->inside = outer != 0 && std::find(open_.begin(), open_.end(), outer) != open_.end();
  }
  const auto found = std::find(open_.rbegin(), open_.rend(), e.other);
  if (found != open_.rend()) open_.erase(std::next(found).base());
}

void exception_lives::death(std::size_t i) {
  life& l = of(trace_[i].other);
  l.died = i;
  l.carried_by = trace_[i].site;
}

void exception_lives::spawn(const event& e) {
  if (spawns_.size() <= e.frame) spawns_.resize(e.frame + 1);
  spawns_[e.frame] = e.value;
}

}  // namespace cofault::detail
