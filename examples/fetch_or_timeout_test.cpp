// SPDX-License-Identifier: BSL-1.0
#include "fetch_or_timeout.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>

#include "example.hpp"

namespace {

using namespace fetch_or_timeout;

class fake_upstream : public upstream {
 public:
  awaitable<void> send(std::string) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
  }
  awaitable<std::string> receive() override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return "blue";
  }
};

cofault::exploration explore_with(awaitable<std::string> (*get)(upstream&, std::string)) {
  return cofault::explore([get](boost::asio::any_io_executor) -> awaitable<std::string> {
    fake_upstream service;
    co_return co_await get(service, "colour");
  });
}

cofault::exploration hasty_get() { return explore_with(hasty::get); }
cofault::exploration fixed_get() { return explore_with(fixed::get); }

}  // namespace

const example fetch_or_timeout_example = {
    "fetch_or_timeout",
    hasty_get,
    fixed_get,
    {{"every exception surfaces", "fetch_or_timeout.cpp",
      "const auto first = co_await (fetch(from, key) || timeout.async_wait(use_awaitable));"}}};

TEST(FetchOrTimeout, ReportsATimeoutInsteadOfTheError) {
  const auto what = hasty_get();
  EXPECT_THAT(verdicts(what),
              testing::UnorderedElementsAreArray(fetch_or_timeout_example.declared));
  ASSERT_FALSE(what.findings.empty());
  const std::string& report = what.findings[0].report;
  EXPECT_THAT(report, testing::HasSubstr("the join that is awaited here dropped it"));
  EXPECT_THAT(report, testing::HasSubstr("left fetch()"));
  EXPECT_THAT(report, testing::HasSubstr("the root failed with fetch_or_timeout::timed_out"));
}

TEST(FetchOrTimeout, FixedSurvivesEveryFault) {
  EXPECT_THAT(fixed_get(), cofault::SurvivesEveryFault());
}
