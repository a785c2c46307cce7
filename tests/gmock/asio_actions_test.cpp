// SPDX-License-Identifier: BSL-1.0
// The actions for Asio's awaitables.
#include "actions.hpp"
#include "net.hpp"

namespace {

struct awaitable {
  template <class T>
  using task = net::awaitable<T>;
  using place = net::any_io_executor;
};

COFAULT_ACTION_TESTS(AwaitableAction, awaitable)

}  // namespace
