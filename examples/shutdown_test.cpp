// SPDX-License-Identifier: BSL-1.0
#include "shutdown.hpp"

#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <memory>

#include "example.hpp"

namespace {

using namespace closing_time;
using boost::asio::any_io_executor;

awaitable<int> open_sessions(std::shared_ptr<server> s) { co_return s->open; }

cofault::exploration cancel(awaitable<void> (*serve)(std::shared_ptr<server>)) {
  const auto body = [serve](any_io_executor executor) -> awaitable<void> {
    const auto s = std::make_shared<server>(executor);
    cofault::probe([s] { return open_sessions(s); });
    co_await serve(s);
  };
  return cofault::explore(body, cofault::options().inject(cofault::inject::cancel()));
}

cofault::exploration forgetful_server() { return cancel(forgetful::serve); }
cofault::exploration fixed_server() { return cancel(fixed::serve); }

}  // namespace

const example shutdown_example = {
    "shutdown",
    forgetful_server,
    fixed_server,
    {{"one fault hurts nobody else", "shutdown.cpp", "co_await pause(2ms);  // the handshake"},
     {"one fault hurts nobody else", "shutdown.cpp",
      "co_await pause(50ms);  // the conversation"}}};

TEST(Shutdown, ForgetsASessionThatIsNotRegisteredYet) {
  EXPECT_THAT(verdicts(forgetful_server()),
              testing::UnorderedElementsAreArray(shutdown_example.declared));
}

TEST(Shutdown, FixedLeavesNoSessionOpen) {
  EXPECT_THAT(fixed_server(), cofault::SurvivesEveryFault());
}
