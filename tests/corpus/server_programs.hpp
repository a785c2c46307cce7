// SPDX-License-Identifier: BSL-1.0
// Sessions, channels and shutdown as servers have them: right, and each losing an exception. The
// line that loses it ends with "guilty: " and the name of the program.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace corpus::servers {

using boost::asio::awaitable;

namespace right {

awaitable<void> eof_ends_a_session();
awaitable<void> session_logs_all_but_eof();
awaitable<void> accept_loop();
awaitable<void> writer_ends_with_its_session();
awaitable<void> producer_consumer();
awaitable<void> graceful_shutdown();
awaitable<void> code_loop();
awaitable<void> redirected_loop();
awaitable<void> behind_a_strand();
awaitable<void> condition();
awaitable<void> logged_below();
awaitable<void> cancelled_reader();

}  // namespace right

namespace lossy {

awaitable<void> detached_session();
awaitable<void> session_hides_all_but_eof();
awaitable<void> quiet_accept_loop();
awaitable<void> writer_dies();
awaitable<void> quiet_producer();
awaitable<void> shutdown_forgets();
awaitable<void> drained_quietly();
awaitable<void> strand_swallows();
awaitable<void> waiter_wakes_anyway();
awaitable<void> cleanup_hides();

}  // namespace lossy
}  // namespace corpus::servers
