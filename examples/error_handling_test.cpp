// SPDX-License-Identifier: BSL-1.0
#include "error_handling.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>

#include "example.hpp"

namespace {

using namespace error_handling;
using boost::asio::use_awaitable;

class fake_store : public store {
 public:
  awaitable<std::string> read(std::string key) override {
    co_await boost::asio::post(use_awaitable);
    co_return "the " + key;
  }
  awaitable<void> write(std::string, std::string) override {
    co_await boost::asio::post(use_awaitable);
  }
  awaitable<void> lock() override { co_await boost::asio::post(use_awaitable); }
  awaitable<void> unlock() override { co_await boost::asio::post(use_awaitable); }
};

template <class T>
cofault::exploration explore_with(awaitable<T> (*program)(store&)) {
  return cofault::explore([program](boost::asio::any_io_executor) -> awaitable<T> {
    fake_store service;
    co_return co_await program(service);
  });
}

cofault::exploration retrying() {
  return explore_with<std::string>([](store& s) { return read_with_patience(s, "colour"); });
}
cofault::exploration logging() { return explore_with<void>(refresh); }
cofault::exploration nesting() {
  return explore_with<std::string>([](store& s) { return profile_of(s, "ann"); });
}
cofault::exploration cleaning_up() {
  return explore_with<void>([](store& s) { return rename(s, "ann", "Ann"); });
}

}  // namespace

const example retrying_example = {"retrying", nullptr, retrying, {}};
const example logging_example = {"logging", nullptr, logging, {}};
const example nesting_example = {"nesting", nullptr, nesting, {}};
const example cleaning_up_example = {"cleaning_up", nullptr, cleaning_up, {}};

TEST(ErrorHandling, ARetryIsClean) { EXPECT_THAT(retrying(), cofault::SurvivesEveryFault()); }

TEST(ErrorHandling, AnOutermostCatchThatLogsIsClean) {
  EXPECT_THAT(logging(), cofault::SurvivesEveryFault());
}

TEST(ErrorHandling, ATranslationIsClean) { EXPECT_THAT(nesting(), cofault::SurvivesEveryFault()); }

TEST(ErrorHandling, AnAwaitedCleanUpIsClean) {
  EXPECT_THAT(cleaning_up(), cofault::SurvivesEveryFault());
}
