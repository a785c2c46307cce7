// SPDX-License-Identifier: BSL-1.0
#include "mailer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <iostream>
#include <utility>

namespace mailer {

using boost::asio::co_spawn;

namespace quiet {

// The bugs: a mail that could not be sent is gone without a word …
static awaitable<void> deliver(std::shared_ptr<server> to, std::string mail) {
  co_await to->connect();
  try {
    co_await to->send(std::move(mail));
  } catch (...) {
  }
}

// … and who cannot connect ends a coroutine that nobody waits for.
void post(boost::asio::any_io_executor executor, std::shared_ptr<server> to, std::string mail) {
  co_spawn(executor, deliver(std::move(to), std::move(mail)), boost::asio::detached);
}

}  // namespace quiet

namespace fixed {

static awaitable<void> deliver(std::shared_ptr<server> to, std::string mail) {
  co_await to->connect();
  co_await to->send(std::move(mail));
}

static void log(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    std::clog << "a mail was not sent: " << e.what() << '\n';
  }
}

void post(boost::asio::any_io_executor executor, std::shared_ptr<server> to, std::string mail) {
  co_spawn(executor, deliver(std::move(to), std::move(mail)), log);
}

}  // namespace fixed
}  // namespace mailer
