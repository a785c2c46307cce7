// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace cofault {

// What a run records. Each kind is a bit of kind_set.
enum class event_kind : std::uint8_t {
  created,  // a coroutine; other: its creator's id, or 0; value: function << 32 | instance;
            // site: the await point its creator reached last
  started,  // its first step
  arrived,  // at an await point; other: the awaited coroutine's id, or 0; value: await_flags
            // and visit << 32
  joined,   // behind arrived: another coroutine (other) that the awaited object holds
  suspended,
  resumed,
  returned,  // ran to its end
  failed,    // an exception left it
  destroyed,
  dropped,        // (other) was destroyed unstarted by its running creator, nothing in flight
  faulted,        // a fault of the plan was executed; value: the deviation's index
  parked,         // past the visit budget: suspended for ever; value: visits
  jumped,         // the clock moved; value: by how many nanoseconds
  root_returned,  // the root's completion handler ran
  root_threw,     // … with an exception
  escaped,        // an exception left the runtime's event loop
  pending,        // at the end nothing can move and this coroutine is still suspended
  alive,          // not destroyed although the world was
  acquired,       // tracked resource; value: its serial number, other: label
  released,       // value: its serial number
  leaked,         // never released; value: serial number, other: label
  assertion,      // the test's own assertion failed; value: index of its text
  probe_started,
  probe_passed,  // with the fault-free answer
  probe_threw,
  probe_differs,  // completed with another answer than without faults
  probe_hung,
  foreign_thread,  // a coroutine of this run was touched by a thread that the driver does not
                   // control
  unknown_frame,   // the awaited object holds a coroutine that was compiled without
                   // cofault_instrument
};

using kind_set = std::uint64_t;

constexpr kind_set kinds(auto... k) { return (kind_set{0} | ... | (kind_set{1} << unsigned(k))); }

// What is known of an await point's operation, in `value` of arrived.
enum await_flags : std::uint64_t {
  await_can_throw = 1,     // some step of the co_await is not noexcept
  await_takes_code = 2,    // the operation reports through an error code
  await_user = 4,          // in user code
  await_runtime_shift = 8  // above: detail::runtime
};

// One thing that happened. Fixed size and trivially copyable, so that it can cross a process.
struct event {
  event_kind kind;
  std::uint32_t frame;  // id of the coroutine in this run, from 1; 0 where there is none
  std::uint32_t site;   // index of the await point it is about, see site.hpp; 0 where there is none
  std::uint32_t other;
  std::uint64_t value;
  std::int64_t time;  // virtual nanoseconds since the start of the run
};

}  // namespace cofault
