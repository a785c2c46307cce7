// SPDX-License-Identifier: BSL-1.0
#include "answer.hpp"

#include "check.hpp"

namespace consumer {

task six_times_seven();

static task ask() { co_return co_await six_times_seven(); }

int answer() { return ask().get(); }

}  // namespace consumer
