// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <typeinfo>

namespace cofault::detail {

// The part of a thrown object that is of class `base`: the object itself, or what a handler for
// that class would get, of a type that derives from it publicly. Null: there is none. Unlike a
// handler it costs no throw.
const void* thrown_part(const std::type_info& type, const void* object, const std::type_info& base);

}  // namespace cofault::detail
