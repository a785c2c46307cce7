// SPDX-License-Identifier: BSL-1.0
#include "fault_execution.hpp"

#include <array>
#include <string>

#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

void raise_generic(io_error error) {
  throw injected_error("injected by cofault: " + std::string(name_of(error)));
}

std::array<runtime_errors, 4>& errors() {
  static std::array<runtime_errors, 4> table{{{raise_generic, nullptr, nullptr}, {}, {}, {}}};
  return table;
}

const runtime_errors& errors_of(runtime where) {
  const runtime_errors& found = errors()[static_cast<std::size_t>(where)];
  return found.raise != nullptr ? found : errors()[0];
}

bool matches(const deviation& d, const frame& at) {
  return d.where.site == sites::site(at.site).key && d.where.instance == at.instance &&
         (d.what.persistent ? at.visit >= d.where.visit : at.visit == d.where.visit);
}

const deviation* planned(const run_state& run, const frame& at) {
  for (const deviation& d : run.what)
    if (matches(d, at)) return &d;
  return nullptr;
}

}  // namespace

std::uint32_t classify(const std::type_info& type, const void* object) {
  std::uint32_t flags = 0;
  for (const runtime_errors& e : errors())
    if (e.classify != nullptr) flags |= e.classify(type, object);
  return flags;
}

void register_errors(runtime where, const runtime_errors& e) {
  errors()[static_cast<std::size_t>(where)] = e;
}

action execute_planned(run_state& run, frame& at, frame* child) {
  const deviation* d = planned(run, at);
  if (d == nullptr) return action::proceed;
  const auto number = static_cast<std::uint32_t>(d - run.what.begin());
  run.record(event_kind::faulted, &at, number);
  run.reached |= 1u << number;
  run.last_fault_frame = run.next_frame;
  if (child != nullptr) child->replaced = true;
  const auto error = static_cast<io_error>(d->what.value);
  if (d->what.kind != fault_kind::code) run.exceptions.injecting(number);
  switch (d->what.kind) {
    case fault_kind::throw_error:
      errors_of(at.where).raise(error);
      break;
    case fault_kind::throw_value:
      run.how.injectors().at(d->what.value)->raise();
      break;
    case fault_kind::code:
      if (child != nullptr && child->code != nullptr)
        errors_of(at.where).assign(error, child->code);
      return action::complete;
  }
  return action::proceed;  // an injector whose raise() does not throw
}

void assign_code(frame& at, void* code) {
  run_state* run = run_state::current();
  if (run == nullptr) return;
  if (const deviation* d = planned(*run, at))
    errors_of(at.where).assign(static_cast<io_error>(d->what.value), code);
}

}  // namespace cofault::detail
