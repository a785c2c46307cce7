// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/exception_hooks.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <algorithm>
#include <coroutine>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hooks_test {  // exception_hooks_shared.cpp

const void* address_in_library();
void throw_in_library();
void catch_in_library(void (*body)());
void rethrow_in_library(void (*body)());
void raise_in_library(const std::exception_ptr& exception);
std::exception_ptr create_in_library();

namespace {

using cofault::detail::exception_observer;
using cofault::detail::observe_exceptions;
using story = std::vector<std::string>;

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested
// Writes one line an event; the objects are called a, b, c, … in the order of their appearance.
class recorder : public exception_observer {
 public:
  void thrown(const void* object, const std::type_info& type, const void* from) noexcept override {
    objects.push_back(object);
    add("thrown " + name(object), from);
    last_type = &type;
  }
  void created(const void* object, const std::type_info& type, const void* from) noexcept override {
    objects.push_back(object);
    add("created " + name(object), from);
    last_type = &type;
  }
  void rethrown(const void* object, const void* from) noexcept override {
    add("rethrown " + name(object), from);
  }
  void raised(const void* object, const void* from) noexcept override {
    add("raised " + name(object), from);
  }
  void caught(const void* object, const void* from) noexcept override {
    add("caught " + name(object), from);
  }
  void left(const void* object, const void* by, const void* from) noexcept override {
    add("left " + name(object) + (by ? " by " + name(by) : ""), from);
  }
  void died(const void* object, const void* inside) noexcept override {
    add("died " + name(object) + (inside ? " inside " + name(inside) : ""), nullptr);
  }
  void terminating(const void* object) noexcept override {
    std::fprintf(stderr, "terminating with %s\n", object ? name(object).c_str() : "nothing");
  }

  std::string name(const void* object) {
    // The latest object with this address: earlier ones are dead.
    auto found = std::find(objects.rbegin(), objects.rend(), object);
    if (found == objects.rend()) {
      objects.push_back(object);
      found = objects.rbegin();
    }
    return {static_cast<char>('a' + (objects.rend() - found - 1) % 26)};
  }
  void add(std::string line, const void* from) {
    events.push_back(std::move(line));
    if (from) places.push_back(from);
    if (throw_in_callbacks) {
      try {
        throw std::runtime_error("within a callback");
      } catch (const std::exception&) {
      }
    }
  }

  story events;
  std::vector<const void*> places;
  std::vector<const void*> objects;
  const std::type_info* last_type = nullptr;
  bool throw_in_callbacks = false;
};

class observed {
 public:
  explicit observed(recorder& by) : previous_(observe_exceptions(&by)) {}
  observed(const observed&) = delete;
  observed& operator=(const observed&) = delete;
  ~observed() { observe_exceptions(previous_); }

 private:
  exception_observer* previous_;
};

template <typename Body>
recorder record(Body body) {
  recorder result;
  const observed by(result);
  body();
  return result;
}

template <typename Body>
story story_of(Body body) {
  return record(body).events;
}

struct counted {
  explicit counted(int& count) : deaths(&count) {}
  counted(const counted& other) : deaths(std::exchange(other.deaths, nullptr)) {}
  counted& operator=(const counted&) = delete;
  ~counted() {
    if (deaths) ++*deaths;
  }
  mutable int* deaths;
};

void* module_of(const void* address) {
  Dl_info info{};
  return ::dladdr(address, &info) ? info.dli_fbase : nullptr;
}

void throw_one() { throw 1; }

TEST(ExceptionHooks, NoObserverIsTheDefault) { EXPECT_EQ(observe_exceptions(nullptr), nullptr); }

TEST(ExceptionHooks, InstallingReturnsThePreviousObserver) {
  recorder first;
  recorder second;
  observe_exceptions(&first);
  EXPECT_EQ(observe_exceptions(&second), &first);
  EXPECT_EQ(observe_exceptions(nullptr), &second);
}

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

const story before_main = story_of([] {
  try {
    throw 1;
  } catch (int) {
  }
});

TEST(ExceptionHooks, WorksBeforeMain) {
  EXPECT_EQ(before_main, (story{"thrown a", "caught a", "left a", "died a"}));
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

TEST(ExceptionHooks, StandardLibraryThrows) {
  const recorder heard = record([] {
    try {
      [[maybe_unused]] const int never = std::vector<int>().at(1);
    } catch (const std::out_of_range&) {
    }
  });
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "left a", "died a"}));
  EXPECT_EQ(*heard.last_type, typeid(std::out_of_range));
}

TEST(ExceptionHooks, SharedLibraryThrowsAndWeCatch) {
  const recorder heard = record([] {
    try {
      throw_in_library();
    } catch (const std::exception&) {
    }
  });
  EXPECT_EQ(heard.events, (story{"thrown a", "caught a", "left a", "died a"}));
  EXPECT_EQ(module_of(heard.places[0]), module_of(address_in_library()));
  EXPECT_EQ(module_of(heard.places[1]), module_of(reinterpret_cast<const void*>(&throw_one)));
}

TEST(ExceptionHooks, SharedLibraryRethrowsRaisesAndCreates) {
  EXPECT_EQ(
      story_of([] {
        try {
          rethrow_in_library(throw_in_library);
        } catch (const std::exception&) {
        }
      }),
      (story{"thrown a", "caught a", "rethrown a", "left a by a", "caught a", "left a", "died a"}));
  EXPECT_EQ(story_of([] {
              try {
                raise_in_library(create_in_library());
              } catch (const std::exception&) {
              }
            }),
            (story{"created a", "raised a", "caught a", "left a", "died a"}));
}

struct rethrowing_task {
  struct promise_type {
    rethrowing_task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> frame;
};

TEST(ExceptionHooks, CoroutineWhoseUnhandledExceptionRethrows) {
  EXPECT_EQ(
      story_of([] {
        const auto task = []() -> rethrowing_task {
          co_await std::suspend_never();
          throw 1;
        }();
        try {
          task.frame.resume();
        } catch (int) {
        }
        task.frame.destroy();
      }),
      (story{"thrown a", "caught a", "rethrown a", "left a by a", "caught a", "left a", "died a"}));
}

void* exit_through_a_handler(void* heard) {
  observe_exceptions(static_cast<recorder*>(heard));
  const std::shared_ptr<void> uninstall(nullptr, [](void*) { observe_exceptions(nullptr); });
  try {
    ::pthread_exit(heard);
  } catch (...) {
    throw;  // glibc's forced unwinding must go on
  }
  return nullptr;
}

TEST(ExceptionHooks, ForcedUnwindingPassesUnreported) {
#ifdef _LIBCPP_VERSION
  GTEST_SKIP()
      << "glibc's forced unwinding uses libgcc, which crashes in LLVM's libunwind, hooks or not";
#endif
  recorder heard;
  ::pthread_t thread{};
  ASSERT_EQ(::pthread_create(&thread, nullptr, exit_through_a_handler, &heard), 0);
  void* result = nullptr;
  ASSERT_EQ(::pthread_join(thread, &result), 0);
  EXPECT_EQ(result, &heard);
  EXPECT_EQ(heard.events, story{});
}

void throw_through_noexcept() noexcept { throw_one(); }

TEST(ExceptionHooksDeathTest, TerminateNamesTheExceptionInFlight) {
  EXPECT_DEATH(story_of(throw_through_noexcept), "terminating with a");
  EXPECT_DEATH(story_of([] { std::terminate(); }), "terminating with nothing");
}

TEST(ExceptionHooksDeathTest, UncaughtExceptionTerminates) {
  EXPECT_DEATH(
      {
        recorder heard;
        observe_exceptions(&heard);
        std::thread([] {
          recorder other;
          observe_exceptions(&other);
          throw_one();
        }).join();
      },
      "terminating with a");
}

TEST(ExceptionHooksDeathTest, TerminateCallsTheHandlerThatWasThere) {
  EXPECT_DEATH(
      {
        std::set_terminate([] {
          std::fprintf(stderr, "the old handler\n");
          std::abort();
        });
        story_of(throw_through_noexcept);
      },
      "terminating with a\nthe old handler");
}

TEST(ExceptionHooks, TerminateHandlerIsPutBack) {
  const std::terminate_handler before = std::get_terminate();
  story_of([&] { EXPECT_NE(std::get_terminate(), before); });
  EXPECT_EQ(std::get_terminate(), before);
}

// NOLINTEND(bugprone-empty-catch)

}  // namespace
}  // namespace hooks_test
