// SPDX-License-Identifier: BSL-1.0
// What an observer is told that comes late, goes early, or throws; and each thread has its own.
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "exception_hooks_recorder.hpp"
#include "exception_hooks_shared.hpp"

namespace hooks_test {
namespace {

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested

TEST(ExceptionHooks, NoObserverIsTheDefault) { EXPECT_EQ(observe_exceptions(nullptr), nullptr); }

TEST(ExceptionHooks, InstallingReturnsThePreviousObserver) {
  recorder first;
  recorder second;
  observe_exceptions(&first);
  EXPECT_EQ(observe_exceptions(&second), &first);
  EXPECT_EQ(observe_exceptions(nullptr), &second);
}

const story before_main = story_of([] {
  try {
    throw 1;
  } catch (int) {
  }
});

TEST(ExceptionHooks, WorksBeforeMain) {
  EXPECT_EQ(before_main, (story{"thrown a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, ObjectOutlivesItsObserver) {
  int deaths = 0;
  std::exception_ptr stored;
  EXPECT_EQ(story_of([&] {
              try {
                throw counted(deaths);
              } catch (...) {
                stored = std::current_exception();
              }
            }),
            (story{"thrown a", "caught a", "left a"}));
  EXPECT_EQ(deaths, 0);
  stored = nullptr;
  EXPECT_EQ(deaths, 1);
}

TEST(ExceptionHooks, ThrownUnobservedIsHeardButDiesUnheard) {
  int deaths = 0;
  std::exception_ptr stored = std::make_exception_ptr(counted(deaths));
  EXPECT_EQ(story_of([&] {
              try {
                std::rethrow_exception(std::exchange(stored, nullptr));
              } catch (const counted&) {
              }
            }),
            (story{"raised a", "caught a", "left a"}));
  EXPECT_EQ(deaths, 1);
}

TEST(ExceptionHooks, InstalledInsideAHandler) {
  recorder heard;
  try {
    try {
      throw 1;
    } catch (int) {
      observe_exceptions(&heard);
      try {
        throw 'c';
      } catch (char) {
      }
      throw 2.0;
    }
  } catch (double) {
  }
  observe_exceptions(nullptr);
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "left a", "died a", "thrown b",
                                 "left c by b", "caught b", "left b", "died b"}));
}

struct in_destructor {
  std::function<void()> body;
  ~in_destructor() { body(); }
};

TEST(ExceptionHooks, InstalledWhileTwoAreInFlight) {
  recorder heard;
  const auto catch_two = [&heard] {
    const observed by(heard);
    try {
      throw 'c';
    } catch (char) {
      try {
        throw 'd';
      } catch (char) {
      }
    }
  };
  const auto throw_second = [&catch_two] {
    try {
      const in_destructor second{catch_two};
      throw 2;
    } catch (int) {
    }
  };
  try {
    const in_destructor first{throw_second};
    throw 1;
  } catch (int) {
  }
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "thrown b", "caught b", "left b", "died b",
                                 "left a", "died a"}));
}

TEST(ExceptionHooks, WhatWasInFlightAtRemovalIsForgotten) {
  recorder heard;
  observe_exceptions(&heard);
  try {
    const in_destructor remove{[] { observe_exceptions(nullptr); }};
    throw 1;
  } catch (int) {
  }
  try {
    throw 2;
  } catch (int) {
    observe_exceptions(&heard);
  }
  observe_exceptions(nullptr);
  EXPECT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events.front(), "thrown a");
  EXPECT_TRUE(heard.events.back().starts_with("left")) << heard.events.back();
  EXPECT_EQ(heard.events.back().find(" by "), std::string::npos) << heard.events.back();
}

TEST(ExceptionHooks, ThreadsHaveTheirOwnObservers) {
  int deaths = 0;
  EXPECT_EQ(story_of([&] {
              std::exception_ptr stored = std::make_exception_ptr(counted(deaths));
              std::thread([&stored] {
                try {
                  std::rethrow_exception(std::exchange(stored, nullptr));
                } catch (const counted&) {
                }
              }).join();
            }),
            (story{"created a"}));
  EXPECT_EQ(deaths, 1);
}

TEST(ExceptionHooks, ManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<story> heard(4);
  threads.reserve(heard.size());
  for (story& mine : heard) {
    threads.emplace_back([&mine] {
      for (int i = 0; i < 500; ++i)
        mine = story_of([] { catch_in_library([] { throw std::runtime_error("x"); }); });
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const story& mine : heard)
    EXPECT_EQ(mine, (story{"thrown a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, CallbacksMayThrowWithinThemselves) {
  recorder heard;
  heard.throw_in_callbacks = true;
  {
    const observed by(heard);
    try {
      try {
        throw 1;
      } catch (int) {
        throw std::runtime_error("x");
      }
    } catch (const std::exception&) {
    }
  }
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "thrown b", "left a by b", "died a",
                                 "caught b", "left b", "died b"}));
}

// NOLINTEND(bugprone-empty-catch)

}  // namespace
}  // namespace hooks_test
