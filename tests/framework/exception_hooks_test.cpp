// SPDX-License-Identifier: BSL-1.0
// Where exceptions are thrown, caught and rethrown, and how handlers are left.
#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>

#include "exception_hooks_recorder.hpp"

namespace hooks_test {
namespace {

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested

TEST(ExceptionHooks, ThrowAndCatch) {
  const recorder heard = record([] {
    try {
      throw std::runtime_error("x");
    } catch (const std::exception&) {
    }
  });
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "left a", "died a"}));
  EXPECT_EQ(*heard.last_type, typeid(std::runtime_error));
}

TEST(ExceptionHooks, HandlerCanBeLeftByReturnAndBreak) {
  const auto returns = [] {
    try {
      throw 1;
    } catch (...) {
      return;
    }
  };
  EXPECT_EQ(story_of(returns), (story{"thrown a", "caught a", "left a", "died a"}));
  EXPECT_EQ(story_of([] {
              for (;;) try {
                  throw 1;
                } catch (int) {
                  break;
                }
            }),
            (story{"thrown a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, RethrowGoesOnWithTheSameObject) {
  EXPECT_EQ(
      story_of([] {
        try {
          try {
            throw std::runtime_error("x");
          } catch (const std::runtime_error&) {
            throw;
          }
        } catch (const std::exception&) {
        }
      }),
      (story{"thrown a", "caught a", "rethrown a", "left a by a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, RethrowStoppedInsideTheHandlerLetsItEndNormally) {
  EXPECT_EQ(
      story_of([] {
        try {
          throw 1;
        } catch (int) {
          try {
            throw;
          } catch (...) {
          }
        }
      }),
      (story{"thrown a", "caught a", "rethrown a", "caught a", "left a", "left a", "died a"}));
}

TEST(ExceptionHooks, RethrowFromAnInnerHandlerLeavesBoth) {
  EXPECT_EQ(story_of([] {
              try {
                try {
                  throw 1;
                } catch (int) {
                  try {
                    throw;
                  } catch (...) {
                    throw;
                  }
                }
              } catch (...) {
              }
            }),
            (story{"thrown a", "caught a", "rethrown a", "caught a", "rethrown a", "left a by a",
                   "left a by a", "caught a", "left a", "died a"}));
}

TEST(ExceptionHooks, AnotherExceptionLeavesTheHandler) {
  EXPECT_EQ(story_of([] {
              try {
                try {
                  throw 1;
                } catch (int) {
                  throw std::runtime_error("translated");
                }
              } catch (const std::exception&) {
              }
            }),
            (story{"thrown a", "caught a", "thrown b", "left a by b", "died a", "caught b",
                   "left b", "died b"}));
}

TEST(ExceptionHooks, NestedHandlersThatEndNormally) {
  EXPECT_EQ(story_of([] {
              try {
                throw 1;
              } catch (int) {
                try {
                  throw 'c';
                } catch (char) {
                }
              }
            }),
            (story{"thrown a", "caught a", "thrown b", "caught b", "left b", "died b", "left a",
                   "died a"}));
}

struct catches_in_destructor {
  ~catches_in_destructor() {
    try {
      throw 'd';
    } catch (char) {
    }
  }
};

TEST(ExceptionHooks, HandlerInADestructorDuringUnwindingEndsNormally) {
  EXPECT_EQ(story_of([] {
              try {
                const catches_in_destructor cleanup;
                throw 1;
              } catch (int) {
              }
            }),
            (story{"thrown a", "thrown b", "caught b", "left b", "died b", "caught a", "left a",
                   "died a"}));
}

TEST(ExceptionHooks, DestructorThatCatchesWhileAHandlerIsBeingLeft) {
  EXPECT_EQ(story_of([] {
              try {
                try {
                  throw 1;
                } catch (int) {
                  const catches_in_destructor cleanup;
                  throw;
                }
              } catch (int) {
              }
            }),
            (story{"thrown a", "caught a", "rethrown a", "thrown b", "caught b", "left b", "died b",
                   "left a by a", "caught a", "left a", "died a"}));
}

struct translates_in_destructor {
  ~translates_in_destructor() {
    try {
      try {
        throw 'd';
      } catch (char) {
        throw 2.0;
      }
    } catch (double) {
    }
  }
};

TEST(ExceptionHooks, DestructorThatTranslatesDuringUnwinding) {
  EXPECT_EQ(story_of([] {
              try {
                const translates_in_destructor cleanup;
                throw 1;
              } catch (int) {
              }
            }),
            (story{"thrown a", "thrown b", "caught b", "thrown c", "left b by c", "died b",
                   "caught c", "left c", "died c", "caught a", "left a", "died a"}));
}

struct throws_in_destructors {
  explicit throws_in_destructors(int levels) : deeper(levels) {}
  throws_in_destructors(const throws_in_destructors&) = delete;
  throws_in_destructors& operator=(const throws_in_destructors&) = delete;
  ~throws_in_destructors() {
    if (deeper == 0) return;
    try {
      const throws_in_destructors next(deeper - 1);
      throw deeper;
    } catch (int) {
    }
  }
  int deeper;
};

TEST(ExceptionHooks, AHundredExceptionsInFlightAtOnce) {
  const story events = story_of([] { const throws_in_destructors top(100); });
  ASSERT_EQ(events.size(), 400U);
  EXPECT_TRUE(std::all_of(events.begin(), events.begin() + 100,
                          [](const std::string& line) { return line.starts_with("thrown"); }));
  EXPECT_TRUE(std::none_of(events.begin(), events.end(), [](const std::string& line) {
    return line.find(" by ") != std::string::npos;
  }));
}

TEST(ExceptionHooks, RaisingTheHandledExceptionLeavesItsHandlerByItself) {
  EXPECT_EQ(story_of([] {
              try {
                try {
                  throw 1;
                } catch (...) {
                  std::rethrow_exception(std::current_exception());
                }
              } catch (...) {
                try {
                  throw;
                } catch (...) {
                }
              }
            }),
            (story{"thrown a", "caught a", "raised a", "left a by a", "caught a", "rethrown a",
                   "caught a", "left a", "left a", "died a"}));
}

// NOLINTEND(bugprone-empty-catch)

}  // namespace
}  // namespace hooks_test
