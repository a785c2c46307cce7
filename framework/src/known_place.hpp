// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <bit>
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

// Another one for each exploration.
inline constinit std::uint32_t this_counting = 1;

// An await point, for one exploration.
struct known_place {
  static known_place look_up(const std::source_location& where, const void* at);

  const void* at = nullptr;
  std::uint32_t counting = 0;
  std::uint32_t site = 0;
  const site_info* info = nullptr;
  std::uint64_t key = 0;
};
static_assert(std::has_single_bit(sizeof(known_place)), "it is found by a shift");
using known_places = places<known_place>;

// A function, for one exploration.
struct alignas(32) known_function {  // found by a shift, too
  static known_function look_up(const std::source_location& where, const void* at);

  const void* at = nullptr;
  std::uint32_t counting = 0;
  std::uint32_t function = 0;
  bool user = false;
};
using known_functions = places<known_function>;

template <class Known>
bool is_known(const Known& k, const void* at) {
  return k.at == at && k.counting == this_counting;
}

// Null: it has not been asked for in this exploration, or not lately.
template <class Known>
const Known* if_known(const std::source_location& where, places<Known>& all) {
  const void* const at = address_of(where);
  const Known& k = place_for(at, all);
  return is_known(k, at) ? &k : nullptr;
}

template <class Known>
const Known& known_at(const std::source_location& where, places<Known>& all) {
  const void* const at = address_of(where);
  Known& k = place_for(at, all);
  if (!is_known(k, at)) k = Known::look_up(where, at);
  return k;
}

}  // namespace cofault::sites
