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
