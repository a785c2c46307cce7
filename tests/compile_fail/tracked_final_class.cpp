// SPDX-License-Identifier: BSL-1.0
#include "cofault/tracked.hpp"

struct session final {
  int id = 7;
};

int mistake() { return cofault::tracked<session>().id; }
