// SPDX-License-Identifier: BSL-1.0
#include "connection_pool.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/tracked.hpp>
#include <memory>

#include "example.hpp"

namespace {

using namespace connection_pool;
using boost::asio::any_io_executor;

class fake_database : public database {
 public:
  session open() override { return cofault::acquired("a database session"); }
  void close(session which) noexcept override { cofault::released(which); }
  awaitable<std::string> execute(session, std::string statement) override {
    co_await boost::asio::post(boost::asio::use_awaitable);
    co_return "the rows of " + statement;
  }
};

struct world {
  explicit world(any_io_executor executor) : connections(executor, db, 1) {}
  fake_database db;
  pool connections;
};

// One query, and then another one: a fault in the first must not spoil the second.
cofault::exploration explore_with(awaitable<std::string> (*query)(pool&, std::string)) {
  return cofault::explore([query](any_io_executor executor) -> awaitable<std::string> {
    const auto w = std::make_shared<world>(executor);
    cofault::probe([w, query] { return query(w->connections, "select 2"); });
    co_return co_await query(w->connections, "select 1");
  });
}

cofault::exploration leaky_pool() { return explore_with(leaky::query); }
cofault::exploration fixed_pool() { return explore_with(fixed::query); }

}  // namespace

const example connection_pool_example = {
    "connection_pool",
    leaky_pool,
    fixed_pool,
    {{"what is acquired is released", "connection_pool.cpp", "co_await prepare(from.db, opened);"},
     {"one fault hurts nobody else", "connection_pool.cpp", "co_await prepare(from.db, opened);"}}};

TEST(ConnectionPool, LosesASessionThatCouldNotBePrepared) {
  EXPECT_THAT(verdicts(leaky_pool()),
              testing::UnorderedElementsAreArray(connection_pool_example.declared));
}

TEST(ConnectionPool, FixedSurvivesEveryFault) {
  EXPECT_THAT(fixed_pool(), cofault::SurvivesEveryFault());
}
