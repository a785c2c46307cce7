// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gmock/gmock.h>

namespace cofault {

// How often a mocked method is called: as given in a run without faults, and in one with a fault
// not more often than that: EXPECT_CALL(to, deposit(5)).Times(WithoutFaults(1)).
testing::Cardinality WithoutFaults(testing::Cardinality count);
testing::Cardinality WithoutFaults(int count);

}  // namespace cofault
