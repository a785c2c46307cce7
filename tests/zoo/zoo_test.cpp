// SPDX-License-Identifier: BSL-1.0
// Each bug is found by its property, at its line, with its smallest plan, and nothing else is; its
// fixed twin is clean.
#include "zoo.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cofault/gtest.hpp"
#include "cofault/inject/usual.hpp"
#include "verdict.hpp"

namespace zoo {
namespace {

std::string name_of(const testing::TestParamInfo<specimen>& info) { return info.param.name; }

class Zoo : public testing::TestWithParam<specimen> {};

TEST_P(Zoo, IsFound) {
  const auto result = GetParam().buggy(GetParam().how);
  EXPECT_THAT(found(result), testing::ElementsAre(expected(GetParam())))
      << cofault::describe(result);
}

INSTANTIATE_TEST_SUITE_P(, Zoo, testing::ValuesIn(all()), name_of);

class ZooTwin : public testing::TestWithParam<specimen> {};

TEST_P(ZooTwin, IsClean) {
  const auto result = GetParam().fixed(GetParam().how);
  EXPECT_THAT(result, cofault::SurvivesEveryFault());
  EXPECT_GE(result.trials, 1u);
}

INSTANTIATE_TEST_SUITE_P(, ZooTwin, testing::ValuesIn(all()), name_of);

class ZooSingleFault : public testing::TestWithParam<specimen> {};

TEST_P(ZooSingleFault, DoesNotShowIt) {
  const auto single = cofault::search::exhaustive(1);
  const auto result =
      GetParam().buggy(GetParam().how.search(single).inject(cofault::inject::usual()));
  EXPECT_THAT(result, cofault::SurvivesEveryFault());
  EXPECT_GE(result.trials, 1u);
}

INSTANTIATE_TEST_SUITE_P(, ZooSingleFault, testing::ValuesIn(several()), name_of);

}  // namespace
}  // namespace zoo
