// SPDX-License-Identifier: BSL-1.0
#include "mailer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>

#include "example.hpp"

namespace {

using namespace mailer;
using boost::asio::any_io_executor;
using boost::asio::use_awaitable;

class fake_server : public server {
 public:
  awaitable<void> connect() override { co_await boost::asio::post(use_awaitable); }
  awaitable<void> send(std::string) override { co_await boost::asio::post(use_awaitable); }
};

cofault::exploration explore_with(void (*post)(any_io_executor, std::shared_ptr<server>,
                                               std::string)) {
  return cofault::explore([post](any_io_executor executor) -> awaitable<void> {
    post(executor, std::make_shared<fake_server>(), "hello");
    boost::asio::steady_timer later(executor, std::chrono::seconds(1));
    co_await later.async_wait(use_awaitable);
  });
}

cofault::exploration quiet_post() { return explore_with(quiet::post); }
cofault::exploration fixed_post() { return explore_with(fixed::post); }

}  // namespace

const example mailer_example = {
    "mailer",
    quiet_post,
    fixed_post,
    {{"every exception surfaces", "mailer.cpp", "} catch (...) {"},
     {"every exception surfaces", "mailer.cpp",
      "co_spawn(executor, deliver(std::move(to), std::move(mail)), boost::asio::detached);"}}};

TEST(Mailer, LosesWhatGoesWrong) {
  EXPECT_THAT(verdicts(quiet_post()), testing::UnorderedElementsAreArray(mailer_example.declared));
}

TEST(Mailer, FixedSurvivesEveryFault) { EXPECT_THAT(fixed_post(), cofault::SurvivesEveryFault()); }
