// SPDX-License-Identifier: BSL-1.0
#include "fault_execution.hpp"

#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "cofault/clock.hpp"
#include "cofault/site.hpp"
#include "thrown_part.hpp"

namespace cofault::detail {
namespace {

// The originals are made once: a copy asks for no memory.
unthrown generic_exception(io_error error) {
  static const std::vector<injected_error> all = [] {
    std::vector<injected_error> made;
    for (auto e = io_error::failed; e <= io_error::closed; e = io_error(int(e) + 1))
      made.emplace_back("injected by cofault: " + std::string(name_of(e)));
    return made;
  }();
  return make_unthrown(all.at(static_cast<std::size_t>(error)));
}

std::uint64_t generic_code(const std::type_info& type, const void* object) {
  const void* const error = thrown_part(type, object, typeid(std::system_error));
  return error == nullptr ? 0 : stand_for(static_cast<const std::system_error*>(error)->code());
}

std::array<runtime_errors, 4>& errors() {
  static std::array<runtime_errors, 4> table{
      {{generic_exception, nullptr, nullptr, nullptr, nullptr, generic_code}, {}, {}, {}}};
  return table;
}

const runtime_errors& errors_of(runtime where) {
  const runtime_errors& found = errors()[static_cast<std::size_t>(where)];
  return found.exception != nullptr ? found : errors()[0];
}

// The arrival, and below it those of everybody who waits for that coroutine.
reused_vector<const event*> path_to(run_state& run, const frame& at) {
  reused_vector<const event*> out;
  for (const event* e = at.awaiting; e != nullptr; e = run.awaited_by(e->frame)) out.push_back(e);
  return out;
}

// Whether the arrival is one more try of what failed: the same code of the program, or one that
// awaited it, came back to where it was. A test's own loop is none.
bool tries_again(run_state& run, const frame& at, const reused_vector<const event*>& struck) {
  if (struck.empty()) return false;
  const auto is_user = [](std::uint32_t site) {
    return sites::function(sites::site(site).function).user;
  };
  for (const event* now : path_to(run, at))
    for (const event* then : struck)
      if (now->frame == then->frame && now->site == then->site && now > then && is_user(now->site))
        return true;
  return false;
}

bool matches(const deviation& d, const frame& at, std::uint64_t key) {
  return d.where.site == key && d.where.instance == at.instance && d.where.visit == at.visit;
}

// What takes the place of the operation there, if anything.
const deviation* planned(run_state& run, const frame& at, std::uint64_t key) {
  for (const deviation& d : run.what) {
    if (d.where.site != key || !is_failure(d.what.kind)) continue;
    if (matches(d, at, key)) return &d;
    const auto& struck = run.struck[static_cast<std::size_t>(&d - run.what.begin())];
    if (!tries_again(run, at, struck.path)) continue;
    run.retried = true;
    if (d.what.tries == 0 || struck.tries < d.what.tries) return &d;
  }
  return nullptr;
}

void arm_requests(run_state& run, frame& at, std::uint64_t key) {
  for (std::uint32_t i = 0; i < run.what.size(); ++i)
    if (matches(run.what[i], at, key) && is_request(run.what[i].what.kind))
      run.requested.arm(at, i);
}

void note_retry(run_state& run) {
  if (virtual_clock::now() == run.last_retry) return;
  run.last_retry = virtual_clock::now();
  ++run.delayed_retries;
}

}  // namespace

std::uint32_t classify(const std::type_info& type, const void* object) {
  std::uint32_t flags = 0;
  for (const runtime_errors& e : errors())
    if (e.classify != nullptr) flags |= e.classify(type, object);
  return flags;
}

std::exception_ptr held(const std::type_info& type, const void* object) {
  for (const runtime_errors& e : errors())
    if (e.held != nullptr)
      if (std::exception_ptr found = e.held(type, object)) return found;
  return nullptr;
}

std::uint64_t code_in(const std::type_info& type, const void* object) {
  for (const runtime_errors& e : errors())
    if (e.code != nullptr)
      if (const std::uint64_t found = e.code(type, object)) return found;
  return 0;
}

void register_errors(runtime where, const runtime_errors& e) {
  errors()[static_cast<std::size_t>(where)] = e;
}

bool cancel_slot(runtime where, void* slot, cancel_strength how) {
  const runtime_errors& e = errors()[static_cast<std::size_t>(where)];
  if (slot == nullptr || e.cancel == nullptr) return false;
  e.cancel(slot, how);
  return true;
}

action execute_planned(run_state& run, frame& at, std::uint64_t key, frame* child) {
  arm_requests(run, at, key);
  const deviation* d = planned(run, at, key);
  if (d == nullptr) return action::proceed;
  const auto number = static_cast<std::uint32_t>(d - run.what.begin());
  run.depart();
  run.record(event_kind::faulted, &at, number);
  run.exceptions.fault_strikes();
  if (run.is_reached(number))
    note_retry(run);
  else
    run.struck[number].path = path_to(run, at);
  ++run.struck[number].tries;
  run.mark_reached(number);
  run.faulted = true;
  run.last_fault_frame = run.next_frame;
  if (child != nullptr) child->replaced = true;
  // Nothing runs before the code is asked for, or the exception thrown.
  if (d->what.kind == fault_kind::code) {
    run.code = static_cast<io_error>(d->what.value);
    if (child != nullptr && child->code != nullptr)
      errors_of(at.type->where).assign(run.code, child->code);
    return action::complete;
  }
  run.exceptions.injecting(number);
  run.failing = d->what;
  return action::fail;
}

unthrown planned_exception(const frame& at) {
  const run_state* run = run_state::current();
  if (run == nullptr) return {};
  const fault& what = run->failing;
  if (what.kind == fault_kind::throw_error)
    return errors_of(at.type->where).exception(static_cast<io_error>(what.value));
  const injector& by = *run->how.injectors().at(what.value);
  if (const unthrown made = by.made(); made.object != nullptr) return made;
  by.raise();
  return {};
}

void assign_code(frame& at, void* code) {
  run_state* run = run_state::current();
  if (run == nullptr) return;
  errors_of(at.type->where).assign(run->code, code);
}

}  // namespace cofault::detail
