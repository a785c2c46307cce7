// SPDX-License-Identifier: BSL-1.0
// Joins, timeouts and spawned work as servers have them: right, and each losing an exception. The
// line that loses it ends with "guilty: " and the name of the program.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace corpus::joins {

using boost::asio::awaitable;

namespace right {

awaitable<void> read_or_timeout();
awaitable<void> timeout_wins();
awaitable<void> read_and_deadline();
awaitable<void> both_needed();
awaitable<void> first_mirror();
awaitable<void> all_replicas();
awaitable<void> handler_ignores();
awaitable<void> handler_logs();
awaitable<void> handler_stores();
awaitable<void> spawned_and_awaited();
awaitable<void> named_and_awaited_later();
awaitable<void> fan_out();
awaitable<void> heartbeat();
awaitable<void> kept_over_cleanup();
awaitable<void> shown_later();
awaitable<void> translating();
awaitable<void> error_as_value();
awaitable<void> bounded_retry();

}  // namespace right

namespace lossy {

awaitable<void> error_as_timeout();
awaitable<void> timer_lost();
awaitable<void> empty_catch_around_both();
awaitable<void> fire_and_forget();
awaitable<void> spawned_and_swallowed();
awaitable<void> stored_and_forgotten();
awaitable<void> only_a_flag();
awaitable<void> wrong_order();
awaitable<void> named_and_swallowed();
awaitable<void> retry_gives_up();
awaitable<void> heartbeat_dies();
awaitable<void> fan_out_child();
awaitable<void> replaced_by_own();
awaitable<void> spawned_member();

}  // namespace lossy
}  // namespace corpus::joins
