// SPDX-License-Identifier: BSL-1.0
// Exceptions of libraries and of coroutines, forced unwinding, and std::terminate.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <coroutine>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "exception_hooks_recorder.hpp"
#include "exception_hooks_shared.hpp"

namespace hooks_test {
namespace {

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested

void* module_of(const void* address) {
  Dl_info info{};
  return ::dladdr(address, &info) ? info.dli_fbase : nullptr;
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
}

void throw_and_catch() {
  try {
    throw_one();
  } catch (int) {
  }
}

TEST(ExceptionHooksDeathTest, TerminateBehindTheLastExceptionNamesNone) {
  const auto terminate_later = [] {
    throw_and_catch();
    std::terminate();
  };
  EXPECT_DEATH(story_of(terminate_later), "terminating with nothing");
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
  story_of([&] {
    throw_and_catch();
    EXPECT_NE(std::get_terminate(), before);
  });
  EXPECT_EQ(std::get_terminate(), before);
}

void die() { std::abort(); }

TEST(ExceptionHooks, TerminateHandlerThatTheProgramSetsMeanwhileStays) {
  const std::terminate_handler before = std::get_terminate();
  story_of([] {
    throw_and_catch();
    std::set_terminate(die);
  });
  EXPECT_EQ(std::set_terminate(before), die);
}

// Programs set theirs at their beginning: it is called behind what the observer is told.
TEST(ExceptionHooksDeathTest, TerminateHandlerThatWasSetBeforeTheFirstExceptionIsCalled) {
  const auto set_and_throw = [] {
    std::set_terminate([] {
      std::fprintf(stderr, "the program's handler\n");
      std::abort();
    });
    throw_through_noexcept();
  };
  EXPECT_DEATH(story_of(set_and_throw), "terminating with a\nthe program's handler");
}

// NOLINTEND(bugprone-empty-catch)

}  // namespace
}  // namespace hooks_test
