// SPDX-License-Identifier: BSL-1.0
#include "releasers.hpp"

#include <algorithm>

#include "cofault/detail/reused_memory.hpp"
#include "run_state.hpp"
#include "site_table.hpp"

namespace cofault::detail::releasers {
namespace {

// This and that.
constexpr const char* several = "";

bool is_known(const sites::tables& t, std::uint32_t function) {
  return t.releases[function].label != nullptr && t.releases[function].counted == t.current();
}

bool gives_back(const sites::tables& t, std::uint32_t function, std::string_view label) {
  if (!is_known(t, function)) return false;
  const std::string_view known = t.releases[function].label;
  return known == label || known == several;
}

// Nothing can be done to the program's own.
bool is_of_the_program(const sites::tables& t, std::uint32_t function) {
  return function == 0 || t.functions[function].user;
}

// By function: how many of its coroutines a fault has taken the place of. A fault is recorded right
// behind the arrival at its await and who is awaited there.
reused_vector<std::uint32_t> kept(std::uint32_t functions) {
  const trace_buffer& t = trace();
  reused_vector<std::uint32_t> function_of, awaited, out;
  out.resize(functions);
  for (const event* e = t.events; e != t.next; ++e) {
    if (e->kind == event_kind::created) {
      if (function_of.size() <= e->frame) function_of.resize(e->frame + 1);
      function_of[e->frame] = static_cast<std::uint32_t>(e->value >> 32);
    } else if (e->kind == event_kind::arrived) {
      awaited.clear();
      awaited.push_back(e->other);
    } else if (e->kind == event_kind::joined) {
      awaited.push_back(e->other);
    } else if (e->kind == event_kind::faulted && (e->value & faulted_request) == 0) {
      for (const std::uint32_t frame : awaited)
        if (frame != 0 && frame < function_of.size()) ++out[function_of[frame]];
    }
  }
  return out;
}

}  // namespace

void note(const run_state& run, const char* label) {
  sites::tables& t = sites::table();
  const std::uint32_t function = run.running == nullptr ? 0 : run.running->function;
  auto& entry = t.releases[function];
  const bool known = is_known(t, function);
  const bool other = known && std::string_view(entry.label) != label;
  entry = {other ? several : label, t.current(), !run.faulted || (known && entry.without_fault)};
}

std::uint32_t kept_from_running(std::string_view label) {
  const sites::tables& t = sites::table();
  const auto kept_of = kept(t.function_count + 1);
  std::uint32_t usual = 0, last_resort = 0;
  bool another_way = false;
  for (std::uint32_t f = 0; f <= t.function_count; ++f) {
    if (!gives_back(t, f, label)) continue;
    const bool without_fault = t.releases[f].without_fault;
    (without_fault ? usual : last_resort) += kept_of[f];
    if (kept_of[f] == 0 && (is_of_the_program(t, f) || !without_fault)) another_way = true;
  }
  return another_way ? last_resort : usual + last_resort;
}

}  // namespace cofault::detail::releasers
