// SPDX-License-Identifier: BSL-1.0
// What stays held, or stays behind, when an exception passes by.
#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "../support/task.hpp"
#include "cofault/tracked.hpp"
#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- The third of three awaits is not covered.

task<> transfer() {
  const std::uint32_t lease = cofault::acquired("a lease");
  try {
    co_await call("debit");
    co_await call("credit");
  } catch (...) {
    cofault::released(lease);
    throw;
  }
  co_await call("confirm");  // culprit: leak_at_the_third_await
  cofault::released(lease);
}

task<> transfer_fixed() {
  struct guard {
    std::uint32_t lease = cofault::acquired("a lease");
    ~guard() { cofault::released(lease); }
  };
  const guard held;
  co_await call("debit");
  co_await call("credit");
  co_await call("confirm");
}

// ---- A connection that does not find its way back into the pool.

using pool = channel<int>;

task<> query(pool& p) {
  const int connection = co_await p.receive();
  co_await call("select");  // culprit: lost_connection
  p.try_send(connection);
}

task<> query_fixed(pool& p) {
  struct borrowed {
    pool& from;
    int connection;
    ~borrowed() { from.try_send(connection); }
  };
  const borrowed held{p, co_await p.receive()};
  co_await call("select");
}

template <bool Fixed>
task<> report() {
  const auto p = std::make_shared<pool>(1);
  p->try_send(7);
  const auto ask_pool = [p] { return Fixed ? query_fixed(*p) : query(*p); };
  cofault::probe(ask_pool);
  co_await ask_pool();
}

// ---- A cache that remembers what never came.

using cache = std::map<int, int>;

template <bool Fixed>
task<int> price(cache& known, int article) {
  if (known.contains(article)) co_return known[article];
  if constexpr (Fixed) {
    const int value = co_await ask("the price", 42);
    co_return known[article] = value;
  } else {
    int& slot = known[article];
    slot = co_await ask("the price", 42);  // culprit: poisoned_cache
    co_return slot;
  }
}

template <bool Fixed>
task<> sell() {
  const auto known = std::make_shared<cache>();
  cofault::probe([known] { return price<Fixed>(*known, 1); });
  try {
    co_await price<Fixed>(*known, 1);
  } catch (const std::exception& e) {
    std::clog << "not sold: " << e.what() << '\n';
  }
}

// ---- A lock that is kept in the object that it guards.

struct document {
  mutex lock;
  std::optional<mutex::guard> held;
};

task<> edit(document& d) {
  d.held = co_await d.lock.lock();  // culprit: lock_left_locked
  co_await call("apply the change");
  d.held.reset();
}

task<> edit_fixed(document& d) {
  const auto held = co_await d.lock.lock();
  co_await call("apply the change");
}

template <bool Fixed>
task<> type_twice() {
  document d;
  const auto change = Fixed ? edit_fixed : edit;
  try {
    co_await change(d);
  } catch (const std::exception& e) {
    std::clog << "the first change is lost: " << e.what() << '\n';
  }
  co_await change(d);
}

// ---- A coroutine that is deleted by hand.

support::task<> log_traffic(cofault::scheduler& s) {
  try {
    co_await s.sleep_for(1h);  // culprit: frame_left_alive
  } catch (const std::exception& e) {
    std::clog << "no log: " << e.what() << '\n';
  }
}

support::task<> relay(cofault::scheduler& s) {
  auto* const logger = new support::task<>(log_traffic(s));
  logger->start();
  co_await s.sleep_for(1s);
  delete logger;
}

support::task<> relay_fixed(cofault::scheduler& s) {
  support::task<> logger = log_traffic(s);
  logger.start();
  co_await s.sleep_for(1s);
}

// ---- A sibling that outlives what it works with.

struct session {
  bool open = true;
};

task<> authorise() {
  co_await call("check the password");  // culprit: orphan_in_a_closed_session
}

task<> download(std::shared_ptr<session> s) {
  try {
    co_await call("get the first half");
    EXPECT_TRUE(s->open) << "the second half is asked for in a closed session";
    co_await call("get the second half");
  } catch (const std::exception& e) {
    std::clog << "the download failed: " << e.what() << '\n';
  }
}

template <bool Fixed>
task<> synchronise() {
  struct closing {
    std::shared_ptr<session> s;
    ~closing() { s->open = false; }
  };
  const closing at_the_end{std::make_shared<session>()};
  if constexpr (Fixed)
    co_await both(authorise(), download(at_the_end.s));
  else
    co_await gather(authorise(), download(at_the_end.s));
}

template <bool Fixed>
task<> run_client() {
  try {
    co_await synchronise<Fixed>();
  } catch (const std::exception& e) {
    std::clog << "not synchronised: " << e.what() << '\n';
  }
  co_await call("show the window", 5ms);
}

}  // namespace

std::vector<specimen> zoo::held() {
  return {
      {"leak_at_the_third_await", resources, "held.cpp:transfer+6=throw:failed", transfer,
       transfer_fixed},
      {"lost_connection", zoo::probe, "held.cpp:query+1=throw:failed", report<false>, report<true>},
      {"poisoned_cache", zoo::probe, "held.cpp:price+0=throw:failed", sell<false>, sell<true>},
      {"lock_left_locked", progress, "held.cpp:edit+1=throw:failed", type_twice<false>,
       type_twice<true>},
      {"frame_left_alive", frames, "held.cpp:relay+0=throw:failed", relay, relay_fixed},
      {"orphan_in_a_closed_session", assertions, "held.cpp:authorise+0=throw:failed",
       run_client<false>, run_client<true>},
  };
}
