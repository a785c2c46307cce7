// SPDX-License-Identifier: BSL-1.0
#include "retry_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>

#include "example.hpp"

namespace {

using namespace retry_loop;

class fake_upstream : public upstream {
 public:
  awaitable<std::string> get(std::string key) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return "the value of " + key;
  }
};

cofault::exploration explore_with(awaitable<std::string> (*fetch)(upstream&, std::string)) {
  return cofault::explore([fetch](boost::asio::any_io_executor) -> awaitable<std::string> {
    fake_upstream service;
    co_return co_await fetch(service, "colour");
  });
}

cofault::exploration endless_loop() { return explore_with(endless::fetch); }
cofault::exploration fixed_loop() { return explore_with(fixed::fetch); }

}  // namespace

const example retry_loop_example = {
    "retry_loop",
    endless_loop,
    fixed_loop,
    {{"no coroutine spins for ever", "retry_loop.cpp", "} catch (const std::exception&) {"}}};

TEST(RetryLoop, SpinsOnAnErrorThatStays) {
  EXPECT_THAT(verdicts(endless_loop()),
              testing::UnorderedElementsAreArray(retry_loop_example.declared));
}

TEST(RetryLoop, FixedSurvivesEveryFault) {
  EXPECT_THAT(fixed_loop(), cofault::SurvivesEveryFault());
}
