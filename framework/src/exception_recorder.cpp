// SPDX-License-Identifier: BSL-1.0
#include "exception_recorder.hpp"

#include <algorithm>
#include <utility>

#include "cofault/detail/runtime_errors.hpp"
#include "kept_output.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

std::uint64_t number(const void* address) { return reinterpret_cast<std::uint64_t>(address); }

const void* object_of(const std::exception_ptr& error) {
  static_assert(sizeof(error) == sizeof(void*));
  const void* object = nullptr;
  __builtin_memcpy(&object, &error, sizeof object);
  return object;
}

}  // namespace

exception_recorder::exception_recorder(run_state& run, memory& reused)
    : run_(run),
      before_(observe_exceptions(this)),
      living_(reused.alive),
      dying_(reused.dying),
      handlers_(reused.handlers),
      codes_(reused.codes) {
  living_.clear();
  dying_.clear();
  handlers_.clear();
  codes_.clear();
}

exception_recorder::~exception_recorder() { observe_exceptions(before_); }

exception_recorder::living* exception_recorder::find(const void* object) {
  const auto found = std::find_if(living_.begin(), living_.end(),
                                  [&](const living& l) { return l.object == object; });
  return found == living_.end() ? nullptr : &*found;
}

std::uint32_t exception_recorder::born(const void* object) {
  living_.push_back({object, ++born_, nullptr});
  return born_;
}

// An exception from before the run, or from another thread, gets its number here.
std::uint32_t exception_recorder::number_of(const void* object) {
  const living* known = find(object);
  return known != nullptr ? known->number : born(object);
}

std::uint32_t exception_recorder::number_of_dying(const void* object) const {
  const auto found = std::find_if(dying_.rbegin(), dying_.rend(),
                                  [&](const living& l) { return l.object == object; });
  return object == nullptr || found == dying_.rend() ? 0 : found->number;
}

std::uint32_t exception_recorder::number_of(const std::exception_ptr& error) const {
  const void* object = object_of(error);
  for (const living& l : living_)
    if (l.object == object) return l.number;
  return 0;
}

// What an exception with that code, which is thrown now, has to do with the faults of the plan.
std::uint32_t exception_recorder::relation(std::uint64_t code) {
  if (injected_ >= 0) {
    const auto deviation = static_cast<std::uint32_t>(std::exchange(injected_, -1));
    if (codes_.size() <= deviation) codes_.resize(deviation + 1);
    codes_[deviation] = code;
    return exception_injected | deviation << exception_plan_shift;
  }
  const auto same = std::find(codes_.begin(), codes_.end(), code);
  if (code == 0 || same == codes_.end()) return 0;
  const auto deviation = static_cast<std::uint32_t>(same - codes_.begin());
  return exception_repeats | deviation << exception_plan_shift;
}

void exception_recorder::type(living& which, const std::type_info& t) {
  std::uint32_t flags = classify(t, which.object);
  if (run_.faulted) flags |= relation(code_in(t, which.object));
  which.unread = nullptr;
  run_.record_exception(event_kind::typed, which.number, number(&t), flags);
  if ((flags & exception_several) != 0) hold(held(t, which.object), which.number);
}

// What it holds may live longer than itself, where an exception_ptr is copied and not moved.
void exception_recorder::hold(const std::exception_ptr& what, std::uint32_t holder) {
  if (living* l = find(object_of(what))) l->holder = holder;
}

void exception_recorder::thrown(const void* object, const std::type_info& t,
                                const void* from) noexcept {
  run_.record_exception(event_kind::thrown, born(object), number(from));
  type(living_.back(), t);
}

void exception_recorder::created(const void* object, const std::type_info& t,
                                 const void* from) noexcept {
  run_.record_exception(event_kind::made, born(object), number(from));
  living_.back().unread = &t;
}

void exception_recorder::rethrown(const void* object, const void* from) noexcept {
  run_.record_exception(event_kind::rethrown, number_of(object), number(from));
}

void exception_recorder::raised(const void* object, const void* from) noexcept {
  if (living* l = find(object)) {
    if (l->unread != nullptr) type(*l, *l->unread);
    l->keeper = l->holder = 0;
  }
  run_.record_exception(event_kind::raised, number_of(object), number(from));
}

// Asking costs a system call, half as much as a throw. Before the first fault no answer is needed:
// only what a fault threw, and what came of that, is judged by whether it was reported.
std::uint64_t exception_recorder::printed() const {
  return run_.faulted && run_.asks_output ? printed_so_far() : 0;
}

void exception_recorder::fault_strikes() {
  if (run_.faulted || !run_.asks_output) return;
  for (handler& h : handlers_) h.printed = printed_so_far();
}

void exception_recorder::caught(const void* object, const void* from) noexcept {
  const std::uint32_t n = number_of(object);
  handlers_.push_back({n, printed()});
  run_.record_exception(event_kind::caught, n, number(from));
  if (run_.how.cancels_current_exception()) run_.record_exception(event_kind::cancels, n);
  if (run_.how.accepts_current_exception()) run_.record_exception(event_kind::declared, n);
}

void exception_recorder::left(const void* object, const void* by, const void* from) noexcept {
  const std::uint32_t n = number_of(object);
  if (!handlers_.empty()) {
    const handler h = handlers_.back();
    handlers_.pop_back();
    if (printed() != h.printed) run_.record_exception(event_kind::reported, n);
  }
  run_.record_exception(event_kind::left, n, number(from), by == nullptr ? 0 : number_of(by));
}

void exception_recorder::died(const void* object, const void* inside) noexcept {
  living* l = find(object);
  if (l == nullptr) return;
  if (l->unread != nullptr) type(*l, *l->unread);  // it is looked at for the last time
  if (l->keeper != 0 && !l->keeper_ends) take(*l);
  const std::uint32_t carrier = number_of_dying(inside);
  run_.record_exception(event_kind::died, l->number, 0, carrier != 0 ? carrier : l->holder);
  if (inside == nullptr) dying_.clear();
  dying_.push_back(*l);
  *l = living_.back();
  living_.pop_back();
}

void exception_recorder::kept(std::uint32_t frame, std::span<const void* const> promise) {
  for (living& l : living_)
    if (l.number == handled() &&
        std::find(promise.begin(), promise.end(), l.object) != promise.end()) {
      l.keeper = frame;
      l.keeper_ends = false;
      kept_in_.push_back({frame, l.number});
    }
}

void exception_recorder::keeper_ends(std::uint32_t frame) {
  for (living& l : living_) l.keeper_ends = l.keeper_ends || l.keeper == frame;
}

// Who threw it on may have a copy of it still.
void exception_recorder::keeper_gone(std::uint32_t frame) {
  std::erase_if(kept_in_, [&](const keeping& k) { return k.frame == frame; });
  for (living& l : living_) {
    if (l.keeper != frame) continue;
    const auto other = std::find_if(kept_in_.rbegin(), kept_in_.rend(),
                                    [&](const keeping& k) { return k.exception == l.number; });
    if (other == kept_in_.rend()) {
      take(l);
    } else {
      l.keeper = other->frame;
      l.keeper_ends = false;
    }
  }
}

// Somebody has it who took it out of the promise, and did not throw it.
void exception_recorder::take(living& which) {
  which.keeper = 0;
  run_.record_exception(event_kind::retrieved, which.number, 1);
}

void exception_recorder::terminating(const void* object) noexcept {
  run_.record_exception(event_kind::terminating, object == nullptr ? 0 : number_of(object));
}

void exception_recorder::report() {
  if (const std::uint32_t n = handled(); n != 0) run_.record_exception(event_kind::reported, n);
}

}  // namespace cofault::detail
