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

// A T whose lifetime counts as acquired and released. Reports call it by the name of T.
template <class T>
class tracked : public T {
 public:
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  explicit tracked(Args&&... args) : T(std::forward<Args>(args)...) {}
  tracked(const tracked& other) : T(other) {}
  tracked(tracked&& other) noexcept : T(static_cast<T&&>(other)) {}
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
