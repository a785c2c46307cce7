// SPDX-License-Identifier: BSL-1.0
#include "thrown_part.hpp"

#include <cstddef>
#include <string_view>

namespace cofault::detail {
namespace {

// How the Itanium C++ ABI (2.9.5) lays out the type_info of a class that has bases. libc++ declares
// neither.
struct any_type {
  const void* methods;
  const char* name;
};
static_assert(sizeof(any_type) == sizeof(std::type_info));

struct with_one_base : any_type {  // which is public and comes first
  const std::type_info* base;
};

struct with_bases : any_type {
  unsigned flags, count;
  struct {
    const std::type_info* type;
    long where;  // the offset, above eight bits of flags
  } bases[1];
};
constexpr long is_virtual = 1, is_public = 2;
constexpr int offset_shift = 8;

const void* base_at(const void* object, long where) {
  std::ptrdiff_t offset = where >> offset_shift;
  if ((where & is_virtual) != 0) {  // then it is that of the base's offset, in the virtual table
    const char* const table = *static_cast<const char* const*>(object);
    offset = *reinterpret_cast<const std::ptrdiff_t*>(table + offset);
  }
  return static_cast<const char*>(object) + offset;
}

}  // namespace

const void* thrown_part(const std::type_info& type, const void* object,
                        const std::type_info& base) {
  if (type == base) return object;
  const std::string_view kind = typeid(type).name();
  if (kind == "N10__cxxabiv120__si_class_type_infoE")
    return thrown_part(*reinterpret_cast<const with_one_base&>(type).base, object, base);
  if (kind != "N10__cxxabiv121__vmi_class_type_infoE") return nullptr;
  const auto& all = reinterpret_cast<const with_bases&>(type);
  for (unsigned i = 0; i < all.count; ++i) {
    const auto& [parent, where] = all.bases[i];
    if ((where & is_public) == 0) continue;
    if (const void* part = thrown_part(*parent, base_at(object, where), base)) return part;
  }
  return nullptr;
}

}  // namespace cofault::detail
