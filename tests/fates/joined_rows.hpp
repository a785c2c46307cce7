// SPDX-License-Identifier: BSL-1.0
// The rows of docs/fates.md that a join decides.
#pragma once

#include <memory>
#include <stdexcept>

#include "cofault/instrument.hpp"
#include "fates.hpp"

COFAULT_USER_CODE(__FILE__);

namespace support {

template <class World>
class Joined : public testing::Test {};
TYPED_TEST_SUITE_P(Joined);

struct shared_work {
  bool broken = false;
};

template <class World>
task_in<World> breaks(World w, std::shared_ptr<shared_work> work) {
  try {
    co_await w.step();
  } catch (...) {
    work->broken = true;
    throw;
  }
}

template <class World>
task_in<World> notices(World w, std::shared_ptr<shared_work> work) {
  co_await w.step();
  co_await w.step();
  if (work->broken) throw std::logic_error("the other one is broken");
}

enum class join { first_error, all_errors, nothing, results };

template <join How, class World>
task_in<World> joins(World w) {
  const auto work = std::make_shared<shared_work>();
  if constexpr (How == join::first_error)
    co_await World::join_first_error(breaks(w, work), notices(w, work));  // joined here
  if constexpr (How == join::all_errors)
    co_await World::join_all_errors(breaks(w, work), notices(w, work));
  if constexpr (How == join::nothing)
    co_await World::join_ignoring(breaks(w, work), notices(w, work));  // joined here
  if constexpr (How == join::results)
    static_cast<void>(co_await World::join_results(breaks(w, work), notices(w, work)));
}

TYPED_TEST_P(Joined, MaskedByAJoinThatKeepsOneOnly) {
  const told t = fault_in(joins<join::first_error, TypeParam>);
  EXPECT_EQ(t.fates, "surfaced masked");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// joined here"))) << t.place;
  EXPECT_EQ(fates(joins<join::all_errors, TypeParam>), "translated translated surfaced");
}

TYPED_TEST_P(Joined, DroppedByAJoinThatKeepsNone) {
  const told t = fault_in(joins<join::nothing, TypeParam>);
  EXPECT_EQ(t.fates, "dropped dropped");
  EXPECT_THAT(t.lost, testing::ElementsAre(line("// joined here"), line("// joined here")));
  const told values = fault_in(joins<join::results, TypeParam>);
  EXPECT_THAT(values.fates, testing::StartsWith("surfaced "));
  EXPECT_TRUE(values.lost.empty());
}

REGISTER_TYPED_TEST_SUITE_P(Joined, MaskedByAJoinThatKeepsOneOnly, DroppedByAJoinThatKeepsNone);

}  // namespace support
