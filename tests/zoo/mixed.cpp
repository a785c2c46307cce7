// SPDX-License-Identifier: BSL-1.0
// Programs whose way out of a fault is right as long as who is ready first goes on first.
#include <gtest/gtest.h>

#include <exception>
#include <iostream>

#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- A line that is down while it is being connected again.

struct line {
  bool up = true;
  event reconnected;
};

task<> receive(line& l) {
  try {
    co_return co_await call("receive");
  } catch (const std::exception& e) {
    std::clog << "the line is down: " << e.what() << '\n';
    l.up = false;
  }
  co_await call("reconnect", 2ms);  // culprit: sent_while_down
  l.up = true;
  l.reconnected.set();
}

template <bool Fixed>
task<> transmit(line& l) {
  co_await call("encode");
  co_await call("sign");
  if (Fixed && !l.up) co_await l.reconnected.wait();
  EXPECT_TRUE(l.up) << "what is sent now is lost";
  co_await call("send");
}

template <bool Fixed>
task<> communicate() {
  line l;
  co_await both(receive(l), transmit<Fixed>(l));
}

// ---- A failure that is told while nobody listens yet.

struct job {
  bool running = true;
  event changed;
  void end() {
    running = false;
    changed.set();  // for who waits now
    changed.clear();
  }
};

task<> convert(job& j) {
  bool failed = false;
  try {
    co_await call("convert", 3ms);
  } catch (const std::exception& e) {
    std::clog << "not converted: " << e.what() << '\n';
    failed = true;
  }
  if (failed) {
    co_await call("close the output");
    co_await call("remove the output");
  }
  j.end();
}

template <bool Fixed>
task<> supervise(job& j) {
  const bool running = j.running;
  co_await call("show that it runs", 2ms);
  if (Fixed ? j.running : running) co_await j.changed.wait();  // culprit: missed_failure
}

template <bool Fixed>
task<> process() {
  job j;
  co_await both(supervise<Fixed>(j), convert(j));
}

}  // namespace

std::vector<specimen> zoo::mixed() {
  return {
      {"sent_while_down", assertions, "mixed.cpp:receive+0=throw:failed;mixed.cpp:receive+5=delay",
       communicate<false>, communicate<true>},
      {"missed_failure", progress, "mixed.cpp:convert+0=throw:failed;mixed.cpp:supervise+0=delay",
       process<false>, process<true>},
  };
}
