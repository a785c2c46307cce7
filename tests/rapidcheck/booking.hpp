// SPDX-License-Identifier: BSL-1.0
// A program whose bug needs an input and a fault that fits to it, and its fixed twin.
#pragma once

#include <cofault/runtime.hpp>
#include <cofault/tracked.hpp>
#include <memory>
#include <vector>

COFAULT_USER_CODE(__FILE__);

namespace booking {

using amounts = std::vector<int>;

// Once it has seen a large amount it holds the limit while it books, and forgets it when that
// fails.
inline cofault::runtime::task<> book(const amounts& all, bool fixed) {
  bool careful = false;
  for (const int amount : all) {
    std::uint64_t held = 0;
    if (careful) held = cofault::acquired("the limit");
    try {
      co_await cofault::runtime::yield();
    } catch (...) {
      if (fixed && careful) cofault::released(held);
      throw;
    }
    if (careful) cofault::released(held);
    careful = careful || amount > 50;
  }
}

struct account {
  int balance = 0;
};

// Each begins a little later than the one before it. A large amount is looked at while another one
// may come, if that comes in a bad order.
inline cofault::runtime::task<> deposit(std::shared_ptr<account> to, int amount, int wait) {
  for (int i = 0; i < wait; ++i) co_await cofault::runtime::yield();
  const int before = to->balance;
  if (amount > 5) co_await cofault::runtime::yield();
  to->balance = before + amount;
}

inline auto body(const amounts& all, bool fixed = false) {
  return [&all, fixed] { return book(all, fixed); };
}

}  // namespace booking
