// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cofault::detail {

// The number of the run under way on this thread; 0: none.
std::uint64_t current_run();

// What a mocked method returns holds a coroutine that has not started yet: whoever awaits it awaits
// the method, whose name is found on the stack. Called from within the call of the mock. Its
// action was set in the run of that number: not the run under way means that the mock was not made
// by the body, which is an error of the exploration.
void note_mocked_call(const void* returned, std::size_t size, std::uint64_t action_set_in);

// The plan has stopped the runtime, or destroyed the world: nothing more need be called.
bool is_cut_off();

// The exploration under way is in error, since this is so: a sentence.
void fail_exploration(std::string_view sentence);

// What names the operation of a coroutine of a mocked method, in front of the method's name.
inline constexpr char method_mark[] = "method ";

}  // namespace cofault::detail
