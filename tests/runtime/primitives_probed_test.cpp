// SPDX-License-Identifier: BSL-1.0
// What the usual faults are where a program waits for its own, and what they leave behind there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "../support/exploring.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/error.hpp"
#include "cofault/runtime.hpp"
#include "cofault/tracked.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault::runtime;
using cofault::SurvivesEveryFault;

// ---- what can end only by what the program does gets no usual fault

// Gives the lease back only if nothing is thrown.
template <class Awaitable>
task<> with_lease(Awaitable awaited) {
  const auto lease = cofault::acquired("a lease");
  static_cast<void>(co_await std::move(awaited));
  cofault::released(lease);
}

task<> synchronises() {
  mutex m;
  event e;
  channel<int> c(2);
  e.set();
  c.try_send(1);
  co_await with_lease(m.lock());
  co_await with_lease(e.wait());
  co_await with_lease(c.receive());
  co_await with_lease(c.send(1));
  co_await yield();
}

TEST(RuntimeFaults, TheUsualOnesAreNotOfWhatOnlyTheProgramEnds) {
  const auto usual = cofault::explore(synchronises);
  EXPECT_THAT(usual, SurvivesEveryFault());
  EXPECT_GE(usual.trials, 1u) << "the yield";

  const auto named = cofault::explore(
      synchronises, cofault::options().inject(cofault::inject::error({cofault::io_error::failed})));
  EXPECT_EQ(support::about(named, "what is acquired is released").size(), 1u) << describe(named);
}

// ---- a probe asks in the same world

struct by_flag {
  bool busy = false;
  event idle;
  task<int> use() {
    while (busy) co_await idle.wait();
    busy = true;
    co_await yield();
    busy = false;
    idle.set();
    co_return 1;
  }
};
struct by_mutex {
  mutex idle;
  task<int> use() {
    const auto held = co_await idle.lock();
    co_await yield();
    co_return 1;
  }
};
struct by_spinning {
  bool busy = false;
  task<int> use() {
    while (busy) co_await yield();
    busy = true;
    co_await yield();
    busy = false;
    co_return 1;
  }
};
template <class Service>
task<int> probed() {
  const auto service = std::make_shared<Service>();
  cofault::probe([service] { return service->use(); });
  co_return co_await service->use();
}

TEST(RuntimeFaults, AProbeFindsWhatAFaultLeftLocked) {
  EXPECT_THAT(cofault::explore(probed<by_mutex>), SurvivesEveryFault());
  const auto found = cofault::explore(probed<by_flag>);
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "one fault hurts nobody else");
  EXPECT_THAT(found.findings[0].explanation,
              testing::HasSubstr("waits for ever at primitives_probed_test.cpp:"));
}

TEST(RuntimeFaults, AProbeThatSpinsIsOneFinding) {
  const auto found = cofault::explore(probed<by_spinning>, cofault::options().visits(100));
  ASSERT_EQ(found.findings.size(), 1u) << describe(found);
  EXPECT_EQ(found.findings[0].property, "one fault hurts nobody else");
}

// Whoever waits beside, as a service does, is not to blame for what a fault has left.
task<> waits_for_clients(std::shared_ptr<event> clients) { co_await clients->wait(); }
task<int> miscounts() {
  const auto open = std::make_shared<int>(0);
  const auto clients = std::make_shared<event>();
  const auto service = spawn(waits_for_clients(clients));
  co_await yield();
  cofault::probe([open]() -> task<int> { co_return *open; });
  ++*open;
  co_await yield();  // guilty
  --*open;
  clients->set();
  co_await service;
  co_return 1;
}

TEST(RuntimeFaults, WhatAFaultLeftIsBlamedOnTheAwaitItStruck) {
  const auto found = cofault::explore(miscounts);
  const auto differs = support::about(found, "one fault hurts nobody else");
  ASSERT_EQ(differs.size(), 1u) << describe(found);
  EXPECT_THAT(differs[0].report, testing::HasSubstr("// guilty"));
}

}  // namespace
