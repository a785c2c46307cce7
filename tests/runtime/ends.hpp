// SPDX-License-Identifier: BSL-1.0
// Tasks that end in every way, and how awaiting them ends.
#pragma once

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "cofault/runtime.hpp"

namespace support {

inline cofault::virtual_time now() { return cofault::virtual_clock::now(); }
inline constexpr cofault::virtual_time second = 1'000'000'000;

inline cofault::runtime::task<int> after(std::chrono::nanoseconds d, int value) {
  co_await cofault::runtime::sleep_for(d);
  co_return value;
}
inline cofault::runtime::task<> nap(std::chrono::nanoseconds d) {
  co_await cofault::runtime::sleep_for(d);
}
inline cofault::runtime::task<int> fails_after(std::chrono::nanoseconds d, std::string what) {
  co_await cofault::runtime::sleep_for(d);
  throw std::runtime_error(what);
}

inline std::string message(const std::exception_ptr& e) {
  try {
    if (e) std::rethrow_exception(e);
  } catch (const std::exception& caught) {
    return caught.what();
  } catch (const cofault::runtime::cancelled&) {
    return "cancelled";
  }
  return "";
}

// How awaiting ends: "", "cancelled", or the exception's text.
template <class A>
cofault::runtime::task<std::string> end_of(A what) {
  try {
    static_cast<void>(co_await std::move(what));
  } catch (const std::exception& e) {
    co_return e.what();
  } catch (const cofault::runtime::cancelled&) {
    co_return "cancelled";
  }
  co_return "";
}

}  // namespace support
