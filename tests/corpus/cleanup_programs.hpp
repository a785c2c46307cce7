// SPDX-License-Identifier: BSL-1.0
// What servers do on their way out: they clean up, roll back, keep the error and throw it later.
// This is production code: it knows of cofault only one comment.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>

namespace corpus::correct {

boost::asio::awaitable<void> shutdown_errors_commented();
boost::asio::awaitable<void> shutdown_errors_declared();
boost::asio::awaitable<void> error_accepted_by_predicate();
boost::asio::awaitable<void> rethrown_after_clean_up();
boost::asio::awaitable<void> rethrown_elsewhere();
boost::asio::awaitable<void> translated_after_clean_up();
boost::asio::awaitable<void> translated_late_and_logged();
boost::asio::awaitable<void> group_rethrown();
boost::asio::awaitable<void> group_logged();
boost::asio::awaitable<void> completion_handler(std::function<void(std::exception_ptr)> failed);
boost::asio::awaitable<void> transaction_rolls_back();
boost::asio::awaitable<void> transaction_of_two();
boost::asio::awaitable<int> nested_with_fallback();
boost::asio::awaitable<void> cleaned_by_a_destructor();
boost::asio::awaitable<void> destructor_that_catches();
boost::asio::awaitable<void> batch_fails_at_the_end();
boost::asio::awaitable<void> errors_logged_at_the_end();
boost::asio::awaitable<void> first_error_kept_other_logged();
boost::asio::awaitable<void> roll_back_may_fail();
boost::asio::awaitable<void> circuit_breaker();

}  // namespace corpus::correct
