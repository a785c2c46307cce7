// SPDX-License-Identifier: BSL-1.0
#include "cofault/family.hpp"

#include "cofault/site.hpp"

namespace cofault {

const event* last_strike(std::span<const event> trace) {
  const event* out = nullptr;
  const auto number = [](const event& e) { return e.value & (faulted_request - 1); };
  for (const event& e : trace)
    if (e.kind == event_kind::faulted && (out == nullptr || number(e) > number(*out))) out = &e;
  return out;
}

family::family(std::span<const event> trace) {
  members_.reserve(16);
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const event& e = trace[i];
    if (e.kind == event_kind::created) {
      member& made = at(e.frame);
      made.function = static_cast<std::uint32_t>(e.value >> 32);
      made.instance = static_cast<std::uint32_t>(e.value);
      made.creator = e.other;
      made.made_behind = e.site;
      made.user = sites::function(made.function).user;
      continue;
    }
    if (e.kind == event_kind::spawned) {
      member& made = at(e.frame);
      made.alone = (e.value & spawn_kinds) != spawn_library;
      if (made.alone || e.other == 0) continue;
      made.awaited_at = of(e.other).arrival;
      made.awaiter = e.other;
      any_awaited_ = true;
    }
    if (e.kind == event_kind::arrived) at(e.frame).arrival = i;
    if ((e.kind != event_kind::arrived && e.kind != event_kind::joined) || e.other == 0) continue;
    // The first counts: a join holds what its library awaits later, one by one.
    if (at(e.other).awaited_at != none) continue;
    at(e.other).awaited_at = of(e.frame).arrival;
    at(e.other).awaiter = e.frame;
    any_awaited_ = true;
  }
}

const family::member& family::of(std::uint32_t frame) const {
  static const member unknown;
  return frame < members_.size() ? members_[frame] : unknown;
}

family::member& family::at(std::uint32_t frame) {
  if (members_.size() <= frame) members_.resize(frame + 1);
  return members_[frame];
}

std::string family::name(std::uint32_t frame) const {
  const member& m = of(frame);
  if (m.function == 0) return "a coroutine";
  const std::string_view full = sites::function(m.function).name;
  const std::size_t scope = full.rfind("::");
  std::string out(scope == full.npos ? full : full.substr(scope + 2));
  if (m.instance > 1) out += "#" + std::to_string(m.instance);
  return out + "()";
}

std::uint32_t family::awaited_as(std::uint32_t frame) const {
  while (frame != 0) {
    const member& m = of(frame);
    if (m.awaited_at != none) return frame;
    if (m.alone || m.creator == 0 || of(m.creator).user) return 0;
    frame = m.creator;
  }
  return 0;
}

std::size_t family::awaited_at(std::uint32_t frame) const {
  return of(awaited_as(frame)).awaited_at;
}

std::uint32_t family::awaiter(std::uint32_t frame) const { return of(awaited_as(frame)).awaiter; }

}  // namespace cofault
