// SPDX-License-Identifier: BSL-1.0
#pragma once

// So that the addresses of what a program allocates have the same order in run after run.
namespace cofault::detail {

// Takes what was freed in the heap of this process so far: what is allocated from now on has rising
// addresses, whatever the process did before. So a replay, in another one, is likely to see the
// same order. Elsewhere than with glibc's allocator: does nothing.
void use_up_free_memory();

// A plan needs a little memory before its run begins. From now on that is not taken from the heap,
// where what the program allocates would move.
void lay_in_memory();

}  // namespace cofault::detail
