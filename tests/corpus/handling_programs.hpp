// SPDX-License-Identifier: BSL-1.0
// What servers do with errors: they retry, fall back, log, translate, or hand the error on as a
// value. This is production code: it knows nothing of cofault.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace corpus {

namespace net = boost::asio;
using boost::system::error_code;
using boost::system::system_error;
using net::awaitable;
using net::use_awaitable;

struct logger {
  std::function<void(std::string_view)> sink;
  void error(std::string_view text) const {
    if (sink) sink(text);
  }
};

struct service_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// One request to another server.
awaitable<int> fetch(int key);
// Waits a millisecond.
awaitable<void> pause();

using replies = net::experimental::channel<void(error_code, std::string)>;

namespace correct {

awaitable<void> retry_rethrows_the_last();
awaitable<void> retry_in_a_child();
awaitable<void> retry_with_back_off();
awaitable<int> fallback_to_replica();
awaitable<void> fallback_to_cache(int& cached);
awaitable<void> log_to_cerr();
awaitable<void> log_by_printf();
awaitable<void> log_to_clog();
awaitable<void> log_to_sink(const logger& log);
awaitable<void> log_in_a_lippincott_function();
awaitable<void> sink_in_a_lippincott_function(const logger& log);
awaitable<void> translate();
awaitable<void> translate_nested();
awaitable<void> log_and_rethrow();
awaitable<void> chain_of_handlers();
awaitable<void> error_as_optional();
awaitable<void> error_as_variant();
awaitable<void> error_as_bool();
awaitable<void> error_as_code();
awaitable<void> number_in_the_error();
awaitable<void> error_response(replies& out);

}  // namespace correct

}  // namespace corpus
