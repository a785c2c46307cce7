// SPDX-License-Identifier: BSL-1.0
#include "cofault/gmock.hpp"

struct mock {
  MOCK_METHOD(int, query, ());
};

void mistake(mock& m) { EXPECT_CALL(m, query()).WillOnce(cofault::CoNeverReturns()); }
