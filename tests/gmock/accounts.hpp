// SPDX-License-Identifier: BSL-1.0
// Mocked accounts and what is done with them.
#pragma once

#include "../support/task.hpp"
#include "cofault/gmock.hpp"
#include "cofault/scheduler.hpp"

namespace support {

struct account {
  virtual ~account() = default;
  virtual task<> withdraw(int sum) = 0;
  virtual task<> deposit(int sum) = 0;
  virtual void note(int sum) = 0;
};

struct mock_account : account {
  MOCK_METHOD(task<>, withdraw, (int), (override));
  MOCK_METHOD(task<>, deposit, (int), (override));
  MOCK_METHOD(void, note, (int), (override));
};

}  // namespace support
