// SPDX-License-Identifier: BSL-1.0
#include "cofault/scheduler.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "dropped_work.hpp"

namespace cofault {
namespace {

thread_local scheduler* current_scheduler = nullptr;
thread_local scheduler::participant* running_participant = nullptr;

// Its address is another one on every thread.
constinit thread_local char this_thread = 0;

virtual_time later(std::chrono::nanoseconds d) {
  const virtual_time now = virtual_clock::now();
  const virtual_time room = std::numeric_limits<virtual_time>::max() - now;
  return now + std::clamp<virtual_time>(d.count(), 0, room);
}

void tell_dropped(std::coroutine_handle<> resumes, const scheduler::participant* who) {
  who != nullptr ? detail::note_dropped_owned() : detail::note_dropped(resumes.address());
}

[[gnu::cold]] scheduler::ticket refuse(std::coroutine_handle<> resumes,
                                       const scheduler::participant* who) {
  tell_dropped(resumes, who);
  return {};
}

}  // namespace

std::string describe(const std::vector<waiting>& list) {
  std::ostringstream out;
  for (const waiting& w : list) {
    out << w.who << " waits for " << w.what;
    if (!w.place.empty()) out << " at " << w.place;
    out << " since " << static_cast<double>(w.since) / 1e9 << " s";
    for (const std::string& by : w.awaited_by) out << ", awaited by " << by;
    out << '\n';
  }
  return out.str();
}

scheduler::scheduler() : owner_(&this_thread), owns_clock_(!virtual_clock::running()) {
  if (owns_clock_) virtual_clock::start();
}

scheduler::~scheduler() {
  clear();
  if (owns_clock_) virtual_clock::stop();
}

void scheduler::refuse_nan() {
  throw std::invalid_argument("cofault: a duration is not a number (NaN)");
}

void scheduler::refuse_thread() {
  throw std::logic_error(
      "cofault: the scheduler was used from a second thread; it belongs to the thread that made "
      "it, and so do its tasks, events, mutexes and channels");
}

void scheduler::check_thread() const {
  if (&this_thread != owner_) refuse_thread();
}

scheduler::ticket scheduler::post(std::function<void()> work, std::coroutine_handle<> resumes) {
  check_thread();
  if (closing_) return refuse(resumes, nullptr);
  ready_.push(++number_, resumes, nullptr, boxed(std::move(work), resumes));
  return {0, number_};
}

// An empty function resumes the coroutine; without one it is called all the same, and throws.
std::unique_ptr<scheduler::boxed_work> scheduler::boxed(std::function<void()> work,
                                                        std::coroutine_handle<> resumes) {
  if (!work && resumes) return nullptr;
  return std::make_unique<boxed_work>(std::move(work));
}

scheduler::ticket scheduler::post(std::coroutine_handle<> resumes, participant* who) {
  check_thread();
  if (closing_) return refuse(resumes, who);
  if (ready_.is_full()) [[unlikely]]
    return make_room_and_post(resumes, who);
  if (who != nullptr) ++who->queued_;
  ready_.push(++number_, resumes, who, nullptr);
  return {0, number_};
}

scheduler::ticket scheduler::make_room_and_post(std::coroutine_handle<> resumes, participant* who) {
  ready_.grow();
  return post(resumes, who);
}

scheduler::ticket scheduler::post_after(std::chrono::nanoseconds after, std::function<void()> work,
                                        std::coroutine_handle<> resumes) {
  if (after.count() <= 0) return post(std::move(work), resumes);
  return add_after(after, {0, resumes, nullptr, boxed(std::move(work), resumes)});
}

scheduler::ticket scheduler::post_after(std::chrono::nanoseconds after,
                                        std::coroutine_handle<> resumes, participant* who) {
  if (after.count() <= 0) return post(resumes, who);
  return add_after(after, {0, resumes, who, nullptr});
}

scheduler::ticket scheduler::add_after(std::chrono::nanoseconds after, piece what) {
  check_thread();
  if (closing_) return refuse(what.resumes, what.who);
  what.number = ++number_;
  if (what.who != nullptr) ++what.who->queued_;
  const ticket out{later(after), what.number};
  timers_.emplace(out, std::move(what));
  return out;
}

bool scheduler::forget(const ticket& which) noexcept {
  if (which.number == 0) return false;
  if (const auto timer = timers_.find(which); timer != timers_.end()) {
    if (timer->second.who != nullptr) --timer->second.who->queued_;
    timers_.erase(timer);
    return true;
  }
  std::size_t i = 0;
  while (i < ready_.size() && ready_[i].number != which.number) ++i;
  if (i == ready_.size()) return false;
  ready_.bring_forward(i);
  const piece forgotten = std::move(ready_[0]);
  if (forgotten.who != nullptr) --forgotten.who->queued_;
  ready_.drop();
  return true;
}

void scheduler::run(std::size_t i) {
  check_thread();
  if (i > 0) ready_.bring_forward(i);
  const turn now(*this);
  const piece& next = ready_[0];
  if (next.work != nullptr) return run_work();
  const auto [who, resumes] = std::pair(next.who, next.resumes);
  ready_.drop();
  if (who == nullptr) return resumes.resume();
  --who->queued_;
  who->resume(resumes);
}

void scheduler::run_work() {
  const auto work = std::move(ready_[0].work);
  ready_.drop();
  work->what();
}

void scheduler::postpone() {
  check_thread();
  ready_.rotate();
}

bool scheduler::step() {
  check_thread();
  if (ready_.empty()) return false;
  run(0);
  return true;
}

std::size_t scheduler::run_until_idle() {
  std::size_t steps = 0;
  while (step()) ++steps;
  return steps;
}

void scheduler::advance(std::chrono::nanoseconds d) {
  check_thread();
  if (d.count() < 0)
    throw std::invalid_argument(
        "cofault: time does not go back: advance() was called with a negative duration");
  const virtual_time end = later(d);
  run_until_idle();
  for (auto due = next_deadline(); due && *due <= end; due = next_deadline()) {
    virtual_clock::jump(*due);
    release_due();
    run_until_idle();
  }
  virtual_clock::jump(end);
}

std::vector<waiting> scheduler::pending() const {
  std::vector<waiting> out;
  for (const auto& [number, who] : participants_)
    if (auto waits = who->waits()) out.push_back(std::move(*waits));
  return out;
}

std::optional<virtual_time> scheduler::next_deadline() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.due;
}

void scheduler::release_due() {
  while (!timers_.empty() && timers_.begin()->first.due <= virtual_clock::now()) {
    const auto due = timers_.begin();
    ready_.push(std::move(due->second));
    timers_.erase(due);
  }
}

void scheduler::clear() {
  if (ready_.empty() && timers_.empty() && participants_.empty()) return;
  const bool outermost = !std::exchange(closing_, true);
  for (std::size_t i = 0; i < ready_.size(); ++i) tell_dropped(ready_[i].resumes, ready_[i].who);
  for (const auto& [when, what] : timers_) tell_dropped(what.resumes, what.who);
  ready_.clear();
  timers_.clear();
  while (!participants_.empty()) {
    const auto youngest = std::prev(participants_.end());
    const std::shared_ptr<participant> who = std::move(youngest->second);
    participants_.erase(youngest);
    who->abandon();
  }
  if (outermost) closing_ = false;
}

scheduler* scheduler::current() { return current_scheduler; }

scheduler::participant* scheduler::running() { return running_participant; }
scheduler::participant* scheduler::running(participant* now) {
  return std::exchange(running_participant, now);
}

std::uint64_t scheduler::enlist(std::shared_ptr<participant> who) {
  check_thread();
  participants_.emplace(++number_, std::move(who));
  return number_;
}

void scheduler::dismiss(std::uint64_t number) {
  const auto going = participants_.find(number);
  if (going == participants_.end()) return;
  if (going->second->queued_ > 0) go_on_without(*going->second);
  participants_.erase(going);
}

void scheduler::go_on_without(participant& who) {
  const auto leave = [&](piece& p) {
    if (p.who == &who) p.who = nullptr;
  };
  for (std::size_t i = 0; i < ready_.size(); ++i) leave(ready_[i]);
  for (auto& [when, what] : timers_) leave(what);
  who.queued_ = 0;
}

std::vector<std::shared_ptr<scheduler::participant>> scheduler::participants() const {
  std::vector<std::shared_ptr<participant>> out;
  out.reserve(participants_.size());
  for (const auto& [number, who] : participants_) out.push_back(who);
  return out;
}

scheduler::turn::turn(scheduler& now) : before_(std::exchange(current_scheduler, &now)) {}
scheduler::turn::~turn() { current_scheduler = before_; }

namespace detail {

void scheduler_driver::start() {
  const scheduler::turn now(scheduler_);
  root_ = body_(scheduler_);
  scheduler_.post(root_.handle());
}

bool scheduled_world::run(std::size_t i) {
  if (i >= scheduler_.ready()) return false;
  scheduler_.run(i);
  return true;
}

bool scheduled_world::postpone() {
  scheduler_.postpone();
  return true;
}

void scheduler_driver::teardown() {
  scheduler_.clear();
  probes_.clear();
  root_ = root_coroutine();
  parked_.clear();
}

void scheduler_driver::ask(probe_coroutine probe) {
  probes_.push_back(std::move(probe));
  scheduler_.post(probes_.back().handle());
}

}  // namespace detail
}  // namespace cofault
