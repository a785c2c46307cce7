// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <typeinfo>

namespace cofault::detail {

// The part of a thrown object that is of class `base`: the object itself, or what a handler for
// that class would get, of a type that derives from it publicly. Null: there is none. Unlike a
// handler it costs no throw.
const void* thrown_part(const std::type_info& type, const void* object, const std::type_info& base);

// Another number for each error code, of whatever library; never 0.
template <class Code>
std::uint64_t stand_for(const Code& code) {
  const auto category = reinterpret_cast<std::uint64_t>(&code.category());
  return category ^ (static_cast<std::uint64_t>(static_cast<std::uint32_t>(code.value())) << 48);
}

}  // namespace cofault::detail
