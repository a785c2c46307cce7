// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace cofault {

// How a coroutine that returns R waits, for the actions of mocked methods: in its body, `co_await
// coroutine_wait<R>::sleep(d)` goes on when d (std::chrono::nanoseconds) of virtual time has
// passed; the longest d is for ever. By default the fake scheduler whose work runs does it (see
// gmock.hpp); Asio's awaitables use a timer on their own executor. Specialise it for a coroutine
// type with timers of its own.
template <class R>
struct coroutine_wait;

}  // namespace cofault
