// SPDX-License-Identifier: BSL-1.0
#pragma once

// What runs beside the thread that drives a run: a resolver's thread, for example. What it hands
// over belongs to the moment at which it was asked.
namespace cofault::detail::other_threads {

// Whether there may have been any so far; whether there are; whether one of them runs now; whether
// one looks up a name, asleep or not.
bool ever_existed();
bool exist();
bool run();
bool look_up();

// From now on, or no longer: what another thread looks up (async_resolve) is held back.
void hold_answers(bool back);
// Lets one such answer go, if there are any. The thread runs then, until it has handed it over.
void let_one_answer_go();

// In real time.
void short_pause();

}  // namespace cofault::detail::other_threads
