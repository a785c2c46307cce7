// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

// Says on standard error, once a property is over, what RapidCheck cannot know: that it never ran a
// body with the plans that it got, or never with the one that was to be replayed.
namespace cofault::detail::property_watch {

// A test case got a plan. A property begins with size 0.
void drawn(int size);
// The case ran a body with it.
void ran();
// Then it ran it with the plan to replay, which its input led to or not; what the case ends with
// says so.
void replayed(bool reached);

// What COFAULT_REPLAY says; null: nothing.
const char* plan_to_replay();
std::string no_input_leads_to(std::string_view plan_to_replay);

}  // namespace cofault::detail::property_watch
