// SPDX-License-Identifier: BSL-1.0
#include "replayed_run.hpp"

#include <span>
#include <string>
#include <string_view>

#include "cofault/detail/texts.hpp"
#include "cofault/detail/type_name.hpp"
#include "run_state.hpp"

namespace cofault::detail {
namespace {

const std::type_info* type_of(const exception_story& s) {
  return reinterpret_cast<const std::type_info*>(s.type);
}

// Of a description, which has the type in front.
std::string what_in(std::string_view description, const std::type_info* type) {
  if (type == nullptr) return std::string(description);
  const std::string_view name = type_name(*type);
  if (!description.starts_with(name)) return std::string(description);
  description.remove_prefix(name.size());
  if (description.starts_with(": ")) description.remove_prefix(2);
  return std::string(description);
}

}  // namespace

replayed_run run_just_replayed() {
  outcome run;
  run.first = trace().events;
  run.count = trace().count();
  replayed_run out;
  const auto stories = exception_stories(run);
  for (const exception_story& s : stories)
    out.exceptions.push_back({type_of(s), s.end, (s.flags & exception_injected) != 0});
  for (const event& e : run.trace()) {
    if (e.kind == event_kind::root_returned) out.returned = true;
    if (e.kind != event_kind::root_threw) continue;
    out.failed = true;
    for (const exception_story& s : stories)
      if (s.number == e.other) out.error = type_of(s);
    out.what = what_in(text_of(static_cast<std::uint32_t>(e.value)), out.error);
  }
  return out;
}

}  // namespace cofault::detail
