// SPDX-License-Identifier: BSL-1.0
#include "journal.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace journal {

awaitable<void> lock::acquire() { co_await token.async_receive(boost::asio::use_awaitable); }

namespace leaky {

// The bug: a writer that is cancelled while it writes never gives the journal back.
awaitable<void> append(lock& mutex, disk& to, std::string line) {
  co_await mutex.acquire();
  co_await to.write(line);
  mutex.release();
}

}  // namespace leaky

namespace fixed {

struct guard {
  lock& mutex;
  ~guard() { mutex.release(); }
};

awaitable<void> append(lock& mutex, disk& to, std::string line) {
  co_await mutex.acquire();
  const guard held{mutex};
  co_await to.write(line);
}

}  // namespace fixed
}  // namespace journal
