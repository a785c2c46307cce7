// SPDX-License-Identifier: BSL-1.0
// Which object is thrown, stored or created, and when it dies.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <future>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "exception_hooks_recorder.hpp"

namespace hooks_test {
namespace {

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested

TEST(ExceptionHooks, ObjectIsWhatCurrentExceptionHolds) {
  struct first {
    int value = 1;
  };
  struct second {
    int value = 2;
  };
  struct both : first, second {};
  const void* current = nullptr;
  const void* adjusted = nullptr;
  const recorder heard = record([&] {
    try {
      throw both();
    } catch (const second& error) {
      adjusted = &error;
      const std::exception_ptr handled = std::current_exception();
      std::memcpy(static_cast<void*>(&current), static_cast<const void*>(&handled), sizeof current);
    }
  });
  EXPECT_EQ(heard.objects, std::vector<const void*>{current});
  EXPECT_NE(adjusted, current);
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, StoredAndRaisedTwice) {
  EXPECT_EQ(story_of([] {
              std::exception_ptr stored;
              try {
                throw std::runtime_error("x");
              } catch (...) {
                stored = std::current_exception();
              }
              for (int i = 0; i < 2; ++i) {
                try {
                  std::rethrow_exception(stored);
                } catch (const std::exception&) {
                }
              }
            }),
            (story{"thrown a", "caught a", "left a", "raised a", "caught a", "left a", "raised a",
                   "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, CreatedWithoutAThrow) {
  const recorder heard = record([] {
    const auto made = std::make_exception_ptr(std::logic_error("x"));
    try {
      std::rethrow_exception(made);
    } catch (const std::logic_error&) {
    }
  });
  EXPECT_EQ(heard.events, (story{"created a", "raised a", "caught a", "left a", "died a"}));
  EXPECT_EQ(*heard.last_type, typeid(std::logic_error));
}

struct throws_in_copy {
  throws_in_copy() = default;
  throws_in_copy(const throws_in_copy& /*other*/) { throw 1; }
  int padding[16] = {};
};

struct counted_of_that_size : counted {
  using counted::counted;
  int padding[(sizeof(throws_in_copy) - sizeof(counted)) / sizeof(int)] = {};
};
static_assert(sizeof(counted_of_that_size) == sizeof(throws_in_copy));

TEST(ExceptionHooks, CreatedWhoseCopyThrowsNeverLived) {
  const story once = {"created a", "thrown b", "caught b", "left b", "died b"};
  for (int i = 0; i < 3; ++i) {  // the address of the object that never lived is used again
    EXPECT_EQ(story_of([] { const auto made = std::make_exception_ptr(throws_in_copy()); }), once);
    int deaths = 0;
    EXPECT_EQ(
        story_of([&] { const auto used = std::make_exception_ptr(counted_of_that_size(deaths)); }),
        (story{"created a", "died a"}));
    EXPECT_EQ(deaths, 1);
  }
}

TEST(ExceptionHooks, NestedExceptionDiesInsideItsCarrier) {
  EXPECT_EQ(story_of([] {
              try {
                try {
                  throw 1;
                } catch (...) {
                  std::throw_with_nested(std::runtime_error("outer"));
                }
              } catch (const std::exception& outer) {
                try {
                  std::rethrow_if_nested(outer);
                } catch (int) {
                }
              }
            }),
            (story{"thrown a", "caught a", "thrown b", "left a by b", "caught b", "raised a",
                   "caught a", "left a", "left b", "died b", "died a inside b"}));
}

TEST(ExceptionHooks, FutureDeliversTheSameObject) {
  EXPECT_EQ(story_of([] {
              std::promise<int> promise;
              promise.set_exception(std::make_exception_ptr(1));
              try {
                promise.get_future().get();
              } catch (int) {
              }
            }),
            (story{"created a", "raised a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, DestructorsRunOnceForManyObjectsAliveAtOnce) {
  int deaths = 0;
  recorder heard;
  {
    const observed by(heard);
    std::vector<std::exception_ptr> alive;
    alive.reserve(3000);
    for (int i = 0; i < 3000; ++i) alive.push_back(std::make_exception_ptr(counted(deaths)));
    EXPECT_EQ(deaths, 0);
    heard.events.clear();
  }
  EXPECT_EQ(deaths, 3000);
  EXPECT_EQ(std::count_if(heard.events.begin(), heard.events.end(),
                          [](const std::string& line) { return line.starts_with("died"); }),
            3000);
}

// NOLINTEND(bugprone-empty-catch)

}  // namespace
}  // namespace hooks_test
