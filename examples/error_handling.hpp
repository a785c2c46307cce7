// SPDX-License-Identifier: BSL-1.0
// Production code: right ways to handle an exception. None of them needs a declaration.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <stdexcept>
#include <string>

namespace error_handling {

using boost::asio::awaitable;

class store {
 public:
  virtual ~store() = default;
  virtual awaitable<std::string> read(std::string key) = 0;
  virtual awaitable<void> write(std::string key, std::string value) = 0;
  virtual awaitable<void> lock() = 0;
  virtual awaitable<void> unlock() = 0;
};

struct no_profile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Tries again, not for ever, and throws what the last attempt threw.
awaitable<std::string> read_with_patience(store& from, std::string key);

// The outermost coroutine of a chain: logs what its callee threw.
awaitable<void> refresh(store& in);

// Says in its own words what failed, and keeps the reason.
awaitable<std::string> profile_of(store& in, std::string user);

// Cleans up by awaiting, which no handler can do, and throws the exception on.
awaitable<void> rename(store& in, std::string user, std::string name);

}  // namespace error_handling
