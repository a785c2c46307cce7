// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/usual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cofault/inject/error.hpp"

namespace {

using namespace cofault;
using testing::ElementsAre;
using testing::IsEmpty;

await_point asio_point(std::string_view operation) {
  return {"/app/pool.cpp", 31, "app::session", operation, 1, 1, true, false, true};
}

std::vector<std::string> proposals(const injector& from, const await_point& where) {
  std::vector<fault> faults;
  from.propose(where, 0, faults);
  std::vector<std::string> out;
  for (const fault& f : faults) out.push_back(encode(f));
  return out;
}

std::vector<std::string> usual_for(std::string_view operation) {
  return proposals(inject::usual(), asio_point(operation));
}

TEST(Usual, KnowsWhatGoesWrongWithAnOperation) {
  EXPECT_THAT(usual_for("async_read"), ElementsAre("throw:eof", "throw:reset"));
  EXPECT_THAT(usual_for("async_read_some"), ElementsAre("throw:eof", "throw:reset"));
  EXPECT_THAT(usual_for("async_read_until"), ElementsAre("throw:eof", "throw:reset"));
  EXPECT_THAT(usual_for("async_write"), ElementsAre("throw:pipe"));
  EXPECT_THAT(usual_for("async_send"), ElementsAre("throw:pipe"));
  EXPECT_THAT(usual_for("async_receive"), ElementsAre("throw:eof", "throw:reset"));
  EXPECT_THAT(usual_for("async_receive_from"), ElementsAre("throw:reset"));
  EXPECT_THAT(usual_for("async_accept"), ElementsAre("throw:no_descriptors"));
  EXPECT_THAT(usual_for("async_connect"), ElementsAre("throw:refused"));
  EXPECT_THAT(usual_for("async_resolve"), ElementsAre("throw:host_not_found"));
  EXPECT_THAT(usual_for("async_handshake"), ElementsAre("throw:reset"));
  EXPECT_THAT(usual_for("async_wait"), ElementsAre("throw:no_memory"));
}

TEST(Usual, FailsSomehowWhereTheOperationIsNotKnown) {
  EXPECT_THAT(usual_for("async_frobnicate"), ElementsAre("throw:reset"));
  EXPECT_THAT(usual_for(""), ElementsAre("throw:reset"));
}

TEST(Usual, TakesTheNameOfAMockedMethodForNoOperationOfAsio) {
  for (const char* method : {"post()", "post_order()", "read()", "thread_count()", "wait()"})
    EXPECT_THAT(usual_for(method), ElementsAre("throw:reset")) << method;
}

TEST(Usual, LeavesAloneWhatCannotFail) {
  for (const char* operation :
       {"post", "dispatch", "defer", "this_coro", "parallel_group::async_wait",
        "channel::async_send", "channel::async_receive", "channel::send", "channel::receive",
        "mutex::lock", "event::wait"})
    EXPECT_THAT(usual_for(operation), IsEmpty()) << operation;
}

TEST(Usual, ReportsACodeWhereThePointTakesOne) {
  await_point where = asio_point("async_read");
  where.takes_code = true;
  EXPECT_THAT(proposals(inject::usual(), where), ElementsAre("code:eof", "code:reset"));
  where.can_throw = false;
  EXPECT_THAT(proposals(inject::usual(), where), ElementsAre("code:eof", "code:reset"));
  where.operation = "async_wait";
  EXPECT_THAT(proposals(inject::usual(), where), IsEmpty())
      << "a timer's code says only that it was cancelled";
}

TEST(Usual, NeverThrowsWhereNothingCan) {
  await_point where = asio_point("async_read");
  where.can_throw = false;
  EXPECT_THAT(proposals(inject::usual(), where), IsEmpty());
  where.is_asio = false;
  EXPECT_THAT(proposals(inject::usual(), where), IsEmpty());
}

TEST(Usual, ThrowsAnErrorOfItsOwnWithoutARuntime) {
  await_point where = asio_point("");
  where.is_asio = false;
  EXPECT_THAT(proposals(inject::usual(), where), ElementsAre("throw:failed"));
}

TEST(Error, FailsWithEachOfTheGivenErrors) {
  const inject::error errors = {io_error::timed_out, io_error::closed};
  await_point where = asio_point("async_connect");
  EXPECT_THAT(proposals(errors, where), ElementsAre("throw:timed_out", "throw:closed"));
  where.takes_code = true;
  EXPECT_THAT(proposals(errors, where), ElementsAre("code:timed_out", "code:closed"));
  where.takes_code = where.can_throw = false;
  EXPECT_THAT(proposals(errors, where), IsEmpty());
  EXPECT_THAT(proposals(errors, asio_point("this_coro")), IsEmpty());
}

}  // namespace
