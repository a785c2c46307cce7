// SPDX-License-Identifier: BSL-1.0
// What docs/property-tests.md shows.
#include "upload.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cofault/gtest.hpp>
#include <cofault/inject/throwing.hpp>
#include <cofault/inject/usual.hpp>
#include <cofault/rapidcheck.hpp>
#include <cofault/runtime.hpp>
#include <cofault/tracked.hpp>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "rapidcheck/gtest.h"

namespace {

using cofault::runtime::task;

class fake_server : public upload::server {
 public:
  task<> send(int size) override {
    co_await cofault::runtime::sleep_for(std::chrono::milliseconds(size));
    sent += size;
  }
  std::uint32_t make_copy() override { return cofault::acquired("a compressed copy"); }
  void remove(std::uint32_t copy) noexcept override { cofault::released(copy); }
  std::int64_t sent = 0;
};

task<> send_to_fake(std::vector<int> sizes) {
  fake_server server;
  co_await upload::fixed::send_all(server, sizes);
}

task<> send_leaky(std::vector<int> sizes) {
  fake_server server;
  co_await upload::leaky::send_all(server, sizes);
}

const auto some_sizes = rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 10'000));

RC_GTEST_PROP(Upload, SurvivesEveryFault, (const std::vector<int>& in, const cofault::plan& plan)) {
  RC_PRE(in.size() < 20);
  const auto body = [&] { return send_to_fake(in); };
  RC_ASSERT(cofault::survives(body, plan));
}

TEST(Upload, SurvivesWhateverIsSent) { EXPECT_TRUE(cofault::check(send_to_fake, some_sizes)); }

RC_GTEST_PROP(Upload, SendsEverything, (const cofault::plan& plan)) {
  const auto sizes = *some_sizes;
  const auto body = [&]() -> task<> {
    fake_server server;
    co_await upload::fixed::send_all(server, sizes);
    RC_ASSERT(server.sent == std::accumulate(sizes.begin(), sizes.end(), 0));
  };
  using namespace cofault::inject;
  const auto how = cofault::options().inject(usual(), throwing(std::runtime_error("full")));
  RC_ASSERT(cofault::survives(body, plan, how));
}

TEST(Upload, LeavesACopyBehind) { EXPECT_FALSE(cofault::check(send_leaky, some_sizes)); }

}  // namespace
