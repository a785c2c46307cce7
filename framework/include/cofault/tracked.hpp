// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "cofault/detail/type_name.hpp"

namespace cofault {

// A resource that must be given back before the world of the run is gone. `label` names it in
// reports and must outlive the run (a literal). Returns a serial number for released(), another one
// in every run; 0 outside a run.
std::uint32_t acquired(const char* label);

// Gives back what acquired() returned. Giving back 0, or what an earlier run acquired, does nothing.
void released(std::uint32_t serial);

namespace detail {

// The base of tracked<T>. Where that cannot be T itself, the one sentence is all that is said.
template <class T>
struct trackable {
  static constexpr bool value = std::is_class_v<T> && !std::is_final_v<T>;
  struct none {
    none(auto&&...) {}
  };
  using type = std::conditional_t<value, T, none>;
  static_assert(value,
                "cofault: tracked<T> derives from T, which must be a class, and not final; put "
                "anything else into a class, as in struct session { int id; }");
};

}  // namespace detail

// A T whose lifetime counts as acquired and released. Reports call it by the name of T, which is a
// class that is not final.
template <class T>
class tracked : public detail::trackable<T>::type {
  using base = typename detail::trackable<T>::type;

 public:
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  explicit tracked(Args&&... args) : base(std::forward<Args>(args)...) {}
  tracked(const tracked& other) : base(other) {}
  tracked(tracked&& other) noexcept : base(static_cast<base&&>(other)) {}
  tracked& operator=(const tracked&) = default;
  tracked& operator=(tracked&&) = default;
  ~tracked() = default;

 private:
  struct life {
    life() : serial(acquired(name())) {}
    life(const life&) = delete;
    life& operator=(const life&) { return *this; }
    ~life() { released(serial); }
    static const char* name() { return detail::type_name(typeid(T)); }
    std::uint32_t serial;
  };
  life life_;
};

}  // namespace cofault
