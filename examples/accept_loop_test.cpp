// SPDX-License-Identifier: BSL-1.0
#include "accept_loop.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/error.hpp>
#include <cofault/inject/selector.hpp>
#include <memory>

#include "example.hpp"

namespace {

using namespace accept_loop;
using boost::asio::any_io_executor;
using boost::asio::awaitable;
using boost::asio::use_awaitable;

awaitable<std::string> greeting(std::shared_ptr<acceptor> service) {
  const auto executor = service->get_executor();
  const connection mine{std::make_shared<channel<void(error_code, std::string)>>(executor, 1)};
  co_await service->async_send(error_code(), mine, use_awaitable);
  co_return co_await mine.to_client->async_receive(use_awaitable);
}

// The service accepts from a channel here, and a connection is one: they fail as the real ones do.
cofault::options faults() {
  using namespace cofault::inject;
  return cofault::options().inject(
      only(error({cofault::io_error::no_descriptors}), in("accept_forever")),
      only(error({cofault::io_error::reset}), !in("accept_forever")));
}

// A client, who does not wait for ever, and then another one.
cofault::exploration explore_with(void (*serve)(acceptor&)) {
  return cofault::explore(
      [serve](any_io_executor executor) -> awaitable<void> {
        using namespace boost::asio::experimental::awaitable_operators;
        const auto service = std::make_shared<acceptor>(executor, 8);
        serve(*service);
        cofault::probe([service] { return greeting(service); });
        boost::asio::steady_timer patience(executor, std::chrono::seconds(1));
        co_await (greeting(service) || patience.async_wait(use_awaitable));
      },
      faults());
}

cofault::exploration deaf_service() { return explore_with(deaf::serve); }
cofault::exploration fixed_service() { return explore_with(fixed::serve); }

}  // namespace

const example accept_loop_example = {
    "accept_loop",
    deaf_service,
    fixed_service,
    {{"one fault hurts nobody else", "accept_loop.cpp",
      "connection accepted = co_await incoming.async_receive(use_awaitable);"},
     {"every exception surfaces", "accept_loop.cpp",
      "co_spawn(incoming.get_executor(), accept_forever(incoming), detached);"}}};

TEST(AcceptLoop, IsDeafAfterOneFailedAccept) {
  EXPECT_THAT(verdicts(deaf_service()),
              testing::UnorderedElementsAreArray(accept_loop_example.declared));
}

TEST(AcceptLoop, FixedSurvivesEveryFault) {
  EXPECT_THAT(fixed_service(), cofault::SurvivesEveryFault());
}
