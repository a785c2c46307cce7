// SPDX-License-Identifier: BSL-1.0
#include "check.hpp"

namespace consumer {

task six_times_seven() { co_return 6 * 7; }

}  // namespace consumer
