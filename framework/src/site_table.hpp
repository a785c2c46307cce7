// SPDX-License-Identifier: BSL-1.0
// The table behind site.hpp, for the files that fill it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cofault/site.hpp"

namespace cofault::sites {

inline constexpr std::uint32_t start_rank = ~0u;
inline constexpr std::uint32_t max_functions = 1 << 14, max_sites = 1 << 16, max_names = 1 << 22;

// Where the compiler put a source_location's parts is fixed for the process and its children, so
// the parts' addresses identify it without a look at the text.
struct raw_key {
  const char* file;
  const char* function;
  std::uint32_t line, column;
  bool operator==(const raw_key&) const = default;
  std::size_t hash() const {
    std::size_t h = reinterpret_cast<std::size_t>(function) * 0x9E3779B97F4A7C15u;
    return (h ^ (h >> 29) ^ (line * 0x85EBCA6Bu) ^ (column * 0xC2B2AE35u)) + (h >> 47);
  }
};

template <std::uint32_t Buckets>
struct index {
  struct slot {
    raw_key key;
    std::uint32_t value;
  };
  slot slots[Buckets];

  slot& find(const raw_key& key) {
    std::size_t i = key.hash() % Buckets;
    while (slots[i].value != 0 && !(slots[i].key == key)) i = (i + 1) % Buckets;
    return slots[i];
  }
};

struct tables {
  function_info functions[max_functions];
  site_info items[max_sites];
  index<2 * max_functions> by_function;
  index<2 * max_sites> by_place;
  char names[max_names];
  std::uint32_t function_count, site_count, name_bytes;
  // Identities are counted anew by every exploration; each remembers which one it is from.
  std::uint32_t recounts;
  std::uint32_t function_counted[max_functions], site_counted[max_sites];
  std::int64_t offset[max_sites];      // in lines, from the first await of the function
  std::uint32_t told_line[max_sites];  // of an await: the compiler's
  bool is_settled[max_sites];          // whether the source was asked for its first line
  std::uint32_t join[max_sites];       // of an operation that is a side of one: its site
  struct release {
    const char* label;  // of the resources that are given back there; null: none are
    std::uint32_t counted;
    bool without_fault;       // also in runs without faults
  } releases[max_functions];  // by the function of who did it; 0: no coroutine

  std::uint32_t current() const { return recounts + 1; }
  // Returns its index. Throws std::length_error if there is no room.
  std::uint32_t add(const site_info& s);
};

tables& table();

// Keeps a copy, for good.
std::string_view keep(std::string_view name);

// Gives the site its identity in this exploration.
void count_anew(std::uint32_t site);

}  // namespace cofault::sites
