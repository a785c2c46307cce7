// SPDX-License-Identifier: BSL-1.0
#include "connection_pool.hpp"

#include <boost/asio/use_awaitable.hpp>

namespace connection_pool {

using boost::asio::use_awaitable;
using boost::system::error_code;

pool::pool(boost::asio::any_io_executor executor, database& with, std::size_t limit)
    : db(with), permits(std::move(executor), limit) {
  for (std::size_t i = 0; i < limit; ++i) permits.try_send(error_code());
}

lease::~lease() {
  if (from_ == nullptr) return;
  from_->db.close(session_);
  from_->permits.try_send(error_code());
}

namespace {

awaitable<void> prepare(database& db, database::session fresh) {
  co_await db.execute(fresh, "set time zone 'UTC'");
  co_await db.execute(fresh, "set statement_timeout = '5s'");
}

}  // namespace

namespace leaky {

// The bug: when prepare() fails, nobody owns the session and the permit yet.
awaitable<lease> acquire(pool& from) {
  co_await from.permits.async_receive(use_awaitable);
  const database::session opened = from.db.open();
  co_await prepare(from.db, opened);
  co_return lease(from, opened);
}

awaitable<std::string> query(pool& from, std::string statement) {
  const lease held = co_await acquire(from);
  co_return co_await from.db.execute(held.session(), std::move(statement));
}

}  // namespace leaky

namespace fixed {

awaitable<lease> acquire(pool& from) {
  co_await from.permits.async_receive(use_awaitable);
  lease taken(from, from.db.open());
  co_await prepare(from.db, taken.session());
  co_return taken;
}

awaitable<std::string> query(pool& from, std::string statement) {
  const lease held = co_await acquire(from);
  co_return co_await from.db.execute(held.session(), std::move(statement));
}

}  // namespace fixed
}  // namespace connection_pool
