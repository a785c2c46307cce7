// SPDX-License-Identifier: BSL-1.0
// The cache of the examples: the smallest commands and the smallest plan, and the fixed one clean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../examples/cache_play.hpp"
#include "checking.hpp"
#include "cofault/gtest.hpp"

namespace {

using namespace cache_model;

using testing::HasSubstr;

template <class Cache>
support::checked check(std::uint64_t seed, int cases = 200, int max_size = 100) {
  return support::check(
      [] {
        const auto [faults, todo] =
            *rc::gen::pair(rc::gen::arbitrary<cofault::plan>(), any_commands);
        RC_ASSERT(cofault::survives([&todo = todo] { return play<Cache>(todo); }, faults));
      },
      seed, cases, max_size);
}

TEST(CacheModel, TheStampedeIsFound) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto found = check<cache::stampeding>(seed);
    ASSERT_FALSE(found.passed());
    EXPECT_EQ(found.counterexample(), "(no fault, 2 x get 0\n)");
    EXPECT_THAT(found.text(), HasSubstr("RC_ASSERT(w->db.most_at_once <= 1)"));
  }
}

TEST(CacheModel, ThePoisonedEntryIsFound) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto found = check<cache::poisoned>(seed);
    ASSERT_FALSE(found.passed());
    EXPECT_EQ(found.counterexample(),
              "(cache.cpp:cache::poisoned::get+0=throw:failed, 1 x get 0\n)");
    EXPECT_THAT(found.text(), HasSubstr("violated: one fault hurts nobody else"));
  }
}

// Under a sanitizer a case takes ten times as long.
#ifdef __SANITIZE_ADDRESS__
constexpr int cases = 1'000;
#else
constexpr int cases = 10'000;
#endif

TEST(CacheModel, TheFixedCacheIsClean) {
  const auto found = check<cache::fixed>(1, cases, 6);
  EXPECT_TRUE(found.passed()) << found.text();
}

}  // namespace
