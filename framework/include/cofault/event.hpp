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
  joined,   // behind arrived: another coroutine (other) that the awaited object holds, or whose end
            // it waits for, or, later, one that the operation it waits for has started
  choice,     // more than one piece of work was ready (other: how many); the first one would go on
              // with a coroutine of the program that waits at `site`; value: its instance << 32
              // and visit
  delayed,    // that one was moved behind the others; value: the same; other: the deviation's
              // index, or not_planned where a whole schedule decides
  suspended,  // value: in which step, see driver::run; 0: before the first
  resumed,    // value: in which step << 1, and 1 if the clock had moved since it suspended
  returned,  // ran to its end; value: 1 if with a result other than void
  failed,    // an exception left it; other: its number, see below
  destroyed,  // value: of one that was suspended, in which step << 1, and 1; else 0
  dropped,        // (other) was destroyed unstarted by its running creator, nothing in flight
  faulted,        // a fault of the plan was executed; value: the deviation's index, and
                  // faulted_request where it asks something of the runtime
  parked,         // past the visit budget: suspended for ever; value: visits
  jumped,         // the clock moved; value: by how many nanoseconds
  root_returned,  // the root's completion handler ran
  root_threw,     // … with an exception; other: its number, see below; value: index of a text that
                  // describes it, in the run without faults and in an explaining one
  escaped,        // an exception left the runtime's event loop; other, value: as root_threw, and
                  // other is 0 in the teardown
  ticking,        // the root stands still while timers tick, which are stopped now; value: since
                  // how many nanoseconds
  pending,        // nothing can move, this is suspended; value: 1 if the root waits for it (or is it)
  alive,          // not destroyed although the world was; value: 1 if what would have ended it may
                  // have been cut off; frame 0: one of a type that is not instrumented
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

  // What became of exceptions; other: the exception's number in this run, from 1; frame: the
  // coroutine that was running.
  thrown,       // by `throw`; value: the return address
  made,         // by make_exception_ptr; value: the return address
  typed,        // behind thrown and made; value: its std::type_info*; site: exception_flags
  raised,       // by rethrow_exception; value: the return address
  rethrown,     // by `throw;`; value: the return address
  caught,       // a handler was entered; value: an address in it
  left,         // a handler ended; site: the exception that left it, 0: it ended normally;
                // value: the return address
  died,         // site: the exception that carried it, or 0
  terminating,  // std::terminate with it in flight or being handled
  reported,     // while it was being handled something was printed or a sink was written to
  declared,     // it satisfies a predicate that the test declared
  observed,     // the test named a value; value: 1 if it is the one without faults
  spawned,      // a chain of coroutines (frame) was started with a completion handler;
                // value: spawn_handler; other: whose awaited operation did that, or 0
  cancels,      // its type stands for a cancellation, as the test says

  // A cancellation that the plan requests; frame and site: the await point it is planned for.
  cancelling,  // it begins; value: moment << 8 | cancel_strength;
               // other: the chain (frame) that is cancelled, 0: the root
  cancelled,   // the request has returned; value: 1: there was somebody to take it
  ended_early,  // the plan stops the runtime (value 1) or destroys the world (value 0) here
  overran,      // after a cancellation the root went on for longer than its whole fault-free run
  torn_down,    // from here on the world is being destroyed; value: 1 if a timer was left
  retrieved,    // it was kept as a value, and the program looked at it; value: 1 if all that is
                // known is that somebody took it from the coroutine that it had ended
  made_at,      // in the explaining run, behind created and started, for each address on the stack: value
};

using kind_set = std::uint64_t;

constexpr kind_set kinds(auto... k) { return (kind_set{0} | ... | (kind_set{1} << unsigned(k))); }

// What is known of an await point's operation, in `value` of arrived.
enum await_flags : std::uint64_t {
  await_can_throw = 1,     // some step of the co_await is not noexcept
  await_takes_code = 2,    // the operation reports through an error code
  await_user = 4,          // in user code
  await_gives_exceptions = 8,  // its result holds exception_ptrs: errors handed over as values
  await_runtime_shift = 8  // above: detail::runtime
};

inline constexpr std::uint64_t faulted_request = 1u << 16;
inline constexpr std::uint32_t not_planned = ~0u;

// What is known of an exception, in `site` of typed.
enum exception_flags : std::uint32_t {
  exception_injected = 1,    // by a fault of the plan, whose index is in the bits from exception_plan_shift on
  exception_cancels = 2,     // it stands for a cancellation
  exception_ends = 4,        // it stands for the end of a stream
  exception_cancels_always = 16,  // and so does every other of its type
  exception_several = 8,   // it stands for several, of which it holds only some
  exception_repeats = 32,  // it has the error code of one that was injected before, by the fault whose
                           // index is there
  exception_plan_shift = 8,
};

// Who hears how a spawned chain of coroutines ended, in `value` of spawned.
enum spawn_handler : std::uint64_t {
  spawn_detached = 1,  // nobody: what it throws is dropped
  spawn_library = 2,   // library code: another coroutine awaits it, a join
  spawn_program = 3,   // a function of the program
  spawn_root = 4,      // the run itself: it is the root
  spawn_kinds = 7,
  spawn_slot = 8,  // and it has a cancellation slot of its own
  spawn_queues = 16,  // and its executor (a strand) may queue what is asked of it
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
