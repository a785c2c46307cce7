// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <source_location>

#include "cofault/site.hpp"

namespace cofault::sites {

// An await point by the address of its source_location, which is one pointer to what the compiler put
// somewhere. Few places come again and again: they are kept, for one exploration.
struct known_place {
  const void* at = nullptr;
  std::uint32_t counting = 0;
  std::uint32_t site = 0;
  const site_info* info = nullptr;
};

// Another one for each exploration.
inline constinit std::uint32_t this_counting = 1;

known_place look_up(const std::source_location& where, const void* at);

inline known_place& place_for(const void* at) {
  static constinit thread_local std::array<known_place, 256> cache{};
  return cache[reinterpret_cast<std::uintptr_t>(at) / sizeof(void*) % cache.size()];
}
inline const void* address_of(const std::source_location& where) {
  static_assert(sizeof where == sizeof(void*));
  const void* at = nullptr;
  std::memcpy(&at, &where, sizeof at);
  return at;
}

// Null: it has not been asked for in this exploration, or not lately.
inline const known_place* if_known(const std::source_location& where) {
  const void* const at = address_of(where);
  const known_place& k = place_for(at);
  return k.at == at && k.counting == this_counting ? &k : nullptr;
}

inline const known_place& known_at(const std::source_location& where) {
  const void* const at = address_of(where);
  known_place& k = place_for(at);
  if (k.at != at || k.counting != this_counting) k = look_up(where, at);
  return k;
}

}  // namespace cofault::sites
