// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/throwing.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "../support/exploring.hpp"
#include "../support/task.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/scheduler.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace cofault;
using support::task;

struct lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Logs what it catches.
task<> listen(scheduler& s, std::vector<std::string>& log) {
  try {
    co_await s.yield();
  } catch (const lost& e) {
    log.push_back(std::string("lost ") + e.what());
  } catch (int i) {
    log.push_back("int " + std::to_string(i));
  } catch (const char* text) {
    log.push_back(std::string("text ") + text);
  }
}

std::vector<std::string> caught(const options& how) {
  std::vector<std::string> log;
  const auto result = explore([&](scheduler& s) { return listen(s, log); },
                              how.judge(support::anything()).in_process());
  EXPECT_EQ(result.error, "");
  return log;
}

using texts = std::vector<std::string>;

TEST(Throwing, ThrowsACopyOfTheException) {
  EXPECT_EQ(caught(options().inject(inject::throwing(lost("in space")))), texts{"lost in space"});
}

TEST(Throwing, ThrowsSeveralTypesEachOnItsOwn) {
  const char* words = "words";
  EXPECT_EQ(caught(options().inject(inject::throwing(lost("twice")), inject::throwing(7),
                                    inject::throwing(words))),
            (texts{"lost twice", "int 7", "text words"}));
}

TEST(Throwing, KeepsItsNumberBehindASelector) {
  EXPECT_EQ(caught(options().inject(inject::only(inject::throwing(1), inject::visit(1)),
                                    inject::only(inject::throwing(2), inject::in("listen")))),
            (texts{"int 1", "int 2"}));
}

// Throws 7, which the coroutine may be given to throw itself.
struct seven : injector {
  seven(bool is_given, int& raised) : is_given(is_given), raised(raised) {}
  void propose(const await_point&, std::uint8_t self, std::vector<fault>& out) const override {
    out.push_back({fault_kind::throw_value, self});
  }
  void raise() const override {
    ++raised;
    throw 7;
  }
  detail::unthrown made() const override {
    return is_given ? detail::make_unthrown(7) : detail::unthrown();
  }
  std::string describe() const override { return "throws 7"; }

  bool is_given;
  int& raised;
};

TEST(Throwing, RaisesOnlyWhatTheCoroutineIsNotGiven) {
  int raised = 0;
  EXPECT_EQ(caught(options().inject(seven(true, raised))), texts{"int 7"});
  EXPECT_EQ(raised, 0);
  EXPECT_EQ(caught(options().inject(seven(false, raised))), texts{"int 7"});
  EXPECT_GT(raised, 0);
}

// Counts how many there are. A copy may fail.
struct fragile {
  fragile() { ++alive; }
  fragile(const fragile&) {
    if (breaks) throw lost("when copied");
    ++alive;
  }
  ~fragile() { --alive; }

  static inline int alive = 0;
  static inline bool breaks = false;
};

TEST(Throwing, DestroysEachCopy) {
  {
    const auto how = options().inject(inject::throwing(fragile()));
    const int before = fragile::alive;
    const auto body = [](scheduler& s) -> task<> {
      try {
        co_await s.yield();
      } catch (const fragile&) {
      }
    };
    EXPECT_EQ(explore(body, how.judge(support::anything()).in_process()).error, "");
    EXPECT_EQ(fragile::alive, before);
  }
  EXPECT_EQ(fragile::alive, 0);
}

TEST(Throwing, ThrowsWhatCopyingThrows) {
  const injector_list all = options().inject(inject::throwing(fragile())).injectors();
  fragile::breaks = true;
  EXPECT_THROW(static_cast<void>(all[0]->made()), lost);
  fragile::breaks = false;
}

TEST(Throwing, OnlyWhereAThrowIsFeasible) {
  await_point where = {"a.cpp", 1, "f", "async_read", 1, 1, true, false, true};
  const auto count = [&] {
    std::vector<fault> faults;
    inject::throwing(1).propose(where, 0, faults);
    return faults.size();
  };
  EXPECT_EQ(count(), 1u);
  where.takes_code = true;
  EXPECT_EQ(count(), 0u);
  where.takes_code = where.can_throw = false;
  EXPECT_EQ(count(), 0u);
  where.can_throw = true;
  where.operation = "this_coro";
  EXPECT_EQ(count(), 0u);
}

}  // namespace
