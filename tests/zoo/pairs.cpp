// SPDX-License-Identifier: BSL-1.0
// Programs that are right under each single fault: the clean-up, or the second choice, fails, too.
#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <vector>

#include "cofault/tracked.hpp"
#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- A roll-back that awaits before it releases.

task<> upload() {
  const std::uint32_t file = cofault::acquired("a temporary file");
  std::exception_ptr error;
  try {
    co_await call("send the file");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) co_await call("cancel the upload");  // culprit: leak_in_the_rollback
  cofault::released(file);
  if (error) std::rethrow_exception(error);
}

task<> upload_fixed() {
  struct temporary_file {
    std::uint32_t number = cofault::acquired("a temporary file");
    ~temporary_file() { cofault::released(number); }
  };
  const temporary_file file;
  std::exception_ptr error;
  try {
    co_await call("send the file");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) co_await call("cancel the upload");
  if (error) std::rethrow_exception(error);
}

// ---- A second way of which nobody hears that it failed, too.

template <bool Fixed>
task<> notify() {
  try {
    co_return co_await call("send a message");
  } catch (const std::exception& e) {
    std::clog << "no message, a letter then: " << e.what() << '\n';
  }
  try {
    co_await call("send a letter");
  } catch (const std::exception&) {  // culprit: second_way_swallowed
    if constexpr (Fixed) throw;
  }
}

// ---- A fallback that leaves nothing.

template <bool Fixed>
task<int> fetch_price() {
  try {
    co_return co_await ask("the price", 42);
  } catch (const std::exception& e) {
    std::clog << "the server fails: " << e.what() << '\n';
  }
  try {
    co_return co_await ask("the mirror's price", 42);  // culprit: empty_fallback
  } catch (const std::exception& e) {
    std::clog << "the mirror fails: " << e.what() << '\n';
    if constexpr (Fixed) throw;
  }
  co_return 0;
}

template <bool Fixed>
task<> sell() {
  EXPECT_GT(co_await fetch_price<Fixed>(), 0) << "it is sold for nothing";
}

// ---- A connection that is given back on one of two failure paths.

using pool = channel<int>;

task<> query(pool& p) {
  const int connection = co_await p.receive();
  std::exception_ptr error;
  try {
    co_await call("select");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) co_await call("reset the connection");  // culprit: not_given_back
  p.try_send(connection);
  if (error) std::rethrow_exception(error);
}

task<> query_fixed(pool& p) {
  struct borrowed {
    pool& from;
    int connection;
    ~borrowed() { from.try_send(connection); }
  };
  const borrowed held{p, co_await p.receive()};
  std::exception_ptr error;
  try {
    co_await call("select");
  } catch (...) {
    error = std::current_exception();
  }
  if (error) co_await call("reset the connection");
  if (error) std::rethrow_exception(error);
}

template <bool Fixed>
task<> report() {
  const auto p = std::make_shared<pool>(1);
  p->try_send(7);
  const auto ask_pool = [p] { return Fixed ? query_fixed(*p) : query(*p); };
  cofault::probe(ask_pool);
  co_await ask_pool();
}

// ---- A clean-up that may not fail.

task<> roll_back() { co_await call("roll back"); }

template <bool Fixed>
task<> book() {
  std::exception_ptr error;
  try {
    co_await call("book the flight");
  } catch (...) {
    error = std::current_exception();
  }
  if (!error) co_return;
  const std::vector undone{spawn(roll_back())};
  co_await wait(undone);  // culprit: rollback_in_noexcept
  if constexpr (Fixed) throw_all({error, undone[0].exception()});
  const auto check = [&]() noexcept { undone[0].result(); };
  check();
  std::rethrow_exception(error);
}

// ---- Whoever should wake the others up fails while it tells why it failed.

struct stage {
  event ready;
  bool failed = false;
};

template <bool Fixed>
task<> prepare(stage& s) {
  struct waking {
    stage& which;
    ~waking() {
      if (Fixed) which.ready.set();
    }
  };
  const waking at_the_end{s};
  std::exception_ptr error;
  try {
    co_await call("build the stage");
  } catch (...) {
    error = std::current_exception();
    s.failed = true;
  }
  if (error) co_await call("tell the director");
  s.ready.set();
  if (error) std::rethrow_exception(error);
}

template <bool Fixed>
task<> direct(stage& s) {
  try {
    co_await prepare<Fixed>(s);
  } catch (const std::exception& e) {
    std::clog << "no stage: " << e.what() << '\n';
  }
}

task<> play(stage& s) {
  co_await s.ready.wait();  // culprit: not_woken_by_the_clean_up
  if (!s.failed) co_await call("play");
}

template <bool Fixed>
task<> perform() {
  stage s;
  co_await both(play(s), direct<Fixed>(s));
}

}  // namespace

std::vector<specimen> zoo::pairs() {
  return {
      {"leak_in_the_rollback", resources,
       "pairs.cpp:upload+0=throw:failed;pairs.cpp:upload+4=throw:failed", upload, upload_fixed},
      {"second_way_swallowed", surfacing,
       "pairs.cpp:notify+0=throw:failed;pairs.cpp:notify+5=throw:failed", notify<false>,
       notify<true>},
      {"empty_fallback", assertions,
       "pairs.cpp:fetch_price+0=throw:failed;pairs.cpp:fetch_price+5=throw:failed", sell<false>,
       sell<true>},
      {"not_given_back", zoo::probe,
       "pairs.cpp:query+3=throw:failed;pairs.cpp:query+7=throw:failed", report<false>,
       report<true>},
      {"rollback_in_noexcept", termination,
       "pairs.cpp:book+0=throw:failed;pairs.cpp:roll_back+0=throw:failed", book<false>, book<true>},
      {"not_woken_by_the_clean_up", progress,
       "pairs.cpp:prepare+0=throw:failed;pairs.cpp:prepare+5=throw:failed", perform<false>,
       perform<true>},
  };
}
