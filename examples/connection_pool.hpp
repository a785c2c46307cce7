// SPDX-License-Identifier: BSL-1.0
// Production code: a client of a database that admits only a few sessions at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <cstddef>
#include <string>
#include <utility>

namespace connection_pool {

using boost::asio::awaitable;

// What the driver of a database offers.
class database {
 public:
  using session = unsigned;
  virtual ~database() = default;
  virtual session open() = 0;
  virtual void close(session which) noexcept = 0;
  virtual awaitable<std::string> execute(session which, std::string statement) = 0;
};

// At most `limit` sessions are open: each needs a permit.
struct pool {
  pool(boost::asio::any_io_executor executor, database& with, std::size_t limit);

  database& db;
  boost::asio::experimental::channel<void(boost::system::error_code)> permits;
};

// A session and its permit. Gives both back.
class lease {
 public:
  lease(pool& from, database::session opened) : from_(&from), session_(opened) {}
  lease(lease&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), session_(other.session_) {}
  lease& operator=(lease&&) = delete;
  ~lease();

  database::session session() const { return session_; }

 private:
  pool* from_;
  database::session session_;
};

namespace leaky {
awaitable<std::string> query(pool& from, std::string statement);
}
namespace fixed {
awaitable<std::string> query(pool& from, std::string statement);
}

}  // namespace connection_pool
