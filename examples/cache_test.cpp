// SPDX-License-Identifier: BSL-1.0
#include <cofault/gtest.hpp>

#include "cache_play.hpp"

using cache_model::any_commands;
using cache_model::play;

TEST(Cache, StampedesWhenSeveralAskAtOnce) {
  EXPECT_FALSE(cofault::check(play<cache::stampeding>, any_commands));
}

TEST(Cache, IsPoisonedByALoadThatFails) {
  EXPECT_FALSE(cofault::check(play<cache::poisoned>, any_commands));
}

TEST(Cache, FixedDoesWhatTheModelSays) {
  EXPECT_TRUE(cofault::check(play<cache::fixed>, any_commands));
}
