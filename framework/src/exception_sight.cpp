// SPDX-License-Identifier: BSL-1.0
#include "exception_sight.hpp"

#include "cofault/detail/exception_hooks.hpp"

namespace cofault::detail {
namespace {

class steps final : public exception_observer {
 public:
  bool thrown_and_caught() const { return thrown_ == 1 && caught_ == 1 && left_ == 1; }

  void thrown(const void*, const std::type_info&, const void*) noexcept override { ++thrown_; }
  void created(const void*, const std::type_info&, const void*) noexcept override {}
  void rethrown(const void*, const void*) noexcept override {}
  void raised(const void*, const void*) noexcept override {}
  void caught(const void*, const void*) noexcept override { ++caught_; }
  void left(const void*, const void*, const void*) noexcept override { ++left_; }
  void died(const void*, const void*) noexcept override {}
  void terminating(const void*) noexcept override {}

 private:
  int thrown_ = 0, caught_ = 0, left_ = 0;
};

bool try_it() {
  steps seen;
  exception_observer* const before = observe_exceptions(&seen);
  try {
    throw 0;
  } catch (int) {
  }
  observe_exceptions(before);
  return seen.thrown_and_caught();
}

}  // namespace

bool exceptions_are_seen() {
  static const bool seen = try_it();
  return seen;
}

}  // namespace cofault::detail
