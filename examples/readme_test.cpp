// SPDX-License-Identifier: BSL-1.0
// The snippets of README.md that test the code of a target.
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <cofault/inject/error.hpp>
#include <cofault/inject/selector.hpp>
#include <cofault/inject/throwing.hpp>
#include <cofault/inject/usual.hpp>
#include <cofault/tracked.hpp>

#include "connection_pool.hpp"

namespace {

using namespace connection_pool;
using connection_pool::fixed::query;

class fake_database : public database {
 public:
  session open() override { return cofault::acquired("a database session"); }
  void close(session which) noexcept override { cofault::released(which); }
  awaitable<std::string> execute(session, std::string statement) override {
    co_return "the rows of " + statement;
  }
};

}  // namespace

TEST(Readme, Pool) {
  const auto body = [](boost::asio::any_io_executor executor) -> awaitable<void> {
    fake_database db;
    pool connections(executor, db, 2);
    const std::string rows = co_await query(connections, "select 1");
    EXPECT_EQ(rows, "the rows of select 1");
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}

struct world {
  explicit world(boost::asio::any_io_executor executor) : connections(executor, db, 1) {}
  fake_database db;
  pool connections;
};

TEST(Readme, Probe) {
  const auto body = [](boost::asio::any_io_executor executor) -> awaitable<std::string> {
    const auto w = std::make_shared<world>(executor);
    cofault::probe([w] { return query(w->connections, "select 2"); });
    co_return co_await query(w->connections, "select 1");
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());

  using namespace cofault::inject;
  const auto how = cofault::options().inject(
      only(error({cofault::io_error::timed_out}), in("prepare") && visit(1)),
      throwing(std::bad_alloc()));
  EXPECT_THAT(cofault::explore(body, how), cofault::SurvivesEveryFault());

  const auto cancelling = cofault::options().inject(usual(), cancel());
  EXPECT_THAT(cofault::explore(body, cancelling), cofault::SurvivesEveryFault());
}

TEST(Readme, Tracked) {
  const auto body = [](boost::asio::any_io_executor executor) -> awaitable<void> {
    fake_database db;
    pool connections(executor, db, 1);
    const auto held = std::make_shared<cofault::tracked<std::string>>("select 1");
    co_await query(connections, *held);
  };
  EXPECT_THAT(cofault::explore(body), cofault::SurvivesEveryFault());
}
