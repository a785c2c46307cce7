// SPDX-License-Identifier: BSL-1.0
#include "cofault/tracked.hpp"

int mistake() {
  const cofault::tracked<int> session(7);
  return session;
}
