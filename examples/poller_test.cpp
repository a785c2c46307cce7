// SPDX-License-Identifier: BSL-1.0
#include "poller.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>

#include "example.hpp"

namespace {

using namespace poller;

class fake_device : public device {
 public:
  awaitable<int> read() override {
    boost::asio::steady_timer conversion(co_await boost::asio::this_coro::executor,
                                         std::chrono::seconds(1));
    co_await conversion.async_wait(boost::asio::use_awaitable);
    --left_;
    co_return 7;
  }
  bool is_on() const override { return left_ > 0; }

 private:
  int left_ = 3;
};

cofault::exploration cancel(awaitable<int> (*poll)(device&)) {
  const auto body = [poll](boost::asio::any_io_executor) -> awaitable<int> {
    fake_device thermometer;
    co_return co_await poll(thermometer);
  };
  return cofault::explore(body, cofault::options().inject(cofault::inject::cancel()).visits(100));
}

cofault::exploration stubborn_poller() { return cancel(stubborn::poll); }
cofault::exploration fixed_poller() { return cancel(fixed::poll); }

}  // namespace

const example poller_example = {"poller",
                                stubborn_poller,
                                fixed_poller,
                                {{"no coroutine spins for ever", "poller.cpp", "} catch (...) {"}}};

TEST(Poller, SpinsInItsCatchAllOnceItIsCancelled) {
  EXPECT_THAT(verdicts(stubborn_poller()),
              testing::UnorderedElementsAreArray(poller_example.declared));
}

TEST(Poller, FixedHonoursEveryCancellation) {
  EXPECT_THAT(fixed_poller(), cofault::SurvivesEveryFault());
}
