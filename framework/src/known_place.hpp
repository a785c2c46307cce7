// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <source_location>

#include "cofault/site.hpp"

namespace cofault::sites {

// A source_location is one pointer to what the compiler put somewhere. Few come again and again:
// what is known of them is kept.
inline const void* address_of(const std::source_location& where) {
  static_assert(sizeof where == sizeof(void*));
  const void* at = nullptr;
  std::memcpy(&at, &where, sizeof at);
  return at;
}
template <class Known>
using places = std::array<Known, 256>;
template <class Known>
Known& place_for(const void* at, places<Known>& all) {
  return all[reinterpret_cast<std::uintptr_t>(at) / sizeof(void*) % all.size()];
}

// An await point, for one exploration.
struct known_place {
  const void* at = nullptr;
  std::uint32_t counting = 0;
  std::uint32_t site = 0;
  const site_info* info = nullptr;
};
inline constinit thread_local places<known_place> known_places{};

// Another one for each exploration.
inline constinit std::uint32_t this_counting = 1;

known_place look_up(const std::source_location& where, const void* at);

// Null: it has not been asked for in this exploration, or not lately.
inline const known_place* if_known(const std::source_location& where) {
  const void* const at = address_of(where);
  const known_place& k = place_for(at, known_places);
  return k.at == at && k.counting == this_counting ? &k : nullptr;
}

inline const known_place& known_at(const std::source_location& where) {
  const void* const at = address_of(where);
  known_place& k = place_for(at, known_places);
  if (k.at != at || k.counting != this_counting) k = look_up(where, at);
  return k;
}

// As function_at().
inline std::uint32_t known_function(const std::source_location& where) {
  struct known {
    const void* at = nullptr;
    std::uint32_t counting = 0;
    std::uint32_t function = 0;
  };
  static constinit thread_local places<known> all{};
  const void* const at = address_of(where);
  known& k = place_for(at, all);
  if (k.at != at || k.counting != this_counting) k = {at, this_counting, function_at(where)};
  return k.function;
}

}  // namespace cofault::sites
