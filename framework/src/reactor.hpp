// SPDX-License-Identifier: BSL-1.0
#pragma once

// Asio's reactor waits in epoll with a timerfd beside the sockets. On a thread that drives a run
// the program's epoll_wait, epoll_ctl and timerfd_settime are ours: they never block, timers are
// those of the virtual clock, and the kernel is not asked about descriptors that cannot be ready.
// Only the driver polls: who waits is an event loop of the program's own, and gets the clock moved.
namespace cofault::detail::reactor {

// Every reactor is told at its next look that its timer descriptor is ready: it then compares its
// timers with the (virtual) clock.
void look_at_timers();

// Whether another thread of the process is at work, a resolver's for example: what it hands over
// belongs to this moment, so the clock stands still. False where wait_outside() has lost patience.
bool others_work();

// Waits, in real time, until no other thread runs: what one hands over belongs to the step that
// asked for it. Those that run on and on are given up on.
void let_others_rest();
// This thread has run code that may have roused others.
void stepped();

// Waits a little, in real time, for descriptors with an outside peer and for other threads of the
// process, of which one may hand over what it has looked up. False: there are none, or nothing came.
bool wait_outside();

}  // namespace cofault::detail::reactor
