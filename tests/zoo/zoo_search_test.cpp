// SPDX-License-Identifier: BSL-1.0
// The bugs that one fault alone does not show, found by the search.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cofault/gtest.hpp"
#include "verdict.hpp"
#include "zoo.hpp"

namespace zoo {
namespace {

std::string name_of(const testing::TestParamInfo<specimen>& info) { return info.param.name; }

class ZooSearch : public testing::TestWithParam<specimen> {};

TEST_P(ZooSearch, IsFound) {
  const auto result = GetParam().buggy(GetParam().how);
  EXPECT_THAT(found(result), testing::ElementsAre(expected(GetParam())))
      << cofault::describe(result);
}

INSTANTIATE_TEST_SUITE_P(, ZooSearch, testing::ValuesIn(several()), name_of);

}  // namespace
}  // namespace zoo
