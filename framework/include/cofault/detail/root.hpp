// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <any>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <string_view>

// What adapters tell the run about its root, its probes and the test's own assertions. All of it
// does nothing outside a run.
namespace cofault {
class driver;
struct exploration;
}  // namespace cofault

namespace cofault::detail {

// The body returned this object: the root's coroutine is looked for in it, before it starts.
void note_root(const void* object, std::size_t size);

// The root's completion handler ran; null: without an exception.
void root_completed(std::exception_ptr error);

// The driver of the run under way on this thread, or null.
driver* current_driver();

// A probe's end: its error, or an answer that equals the one it gave without faults, or not.
enum class probe_result { passed, threw, differs };
using probe_done = std::function<void(probe_result)>;
using probe_start = std::function<void(probe_done)>;

// Adds a probe to the run under way: `start` launches it and calls its argument when it is done.
void add_probe(probe_start start);

// The answer of the probe that is running in the run without faults: kept when that run is under
// way, read in every other. `same` compares.
probe_result compare_answer(std::any answer, bool (*same)(const std::any&, const std::any&));
template <class Answer>
bool same_answer(const std::any& a, const std::any& b) {
  return std::any_cast<const Answer&>(a) == std::any_cast<const Answer&>(b);
}

// An assertion of the test failed while a run is under way.
void assertion_failed(std::string_view text);

// A coroutine of the run under way; id 0: none.
struct frame_ref {
  std::uint64_t run = 0;
  std::uint32_t id = 0;
};
// The coroutine at that address (coroutine_handle::address()), if it was made last of all.
frame_ref newest_frame(const void* address);
// The coroutine that runs, and has just arrived at an await, waits for the end of this one, which
// the awaited object does not hold itself.
void note_joined(const frame_ref& child);

// The program looked at an exception that was kept as a value.
void note_retrieved(const std::exception_ptr& error);

// Is told when a run starts and ends, so that a test framework's failures can be collected.
class run_listener {
 public:
  virtual ~run_listener() = default;
  virtual void run_started() = 0;
  virtual void run_ended() = 0;
  // "Suite.Name"; "": no test is running.
  virtual std::string test_name() { return ""; }
  // An exploration is over.
  virtual void explored(const exploration&) {}
};
void set_run_listener(run_listener* listener);
void tell_run_started();
void tell_run_ended();
// What the listener says; without one "".
std::string test_name();
// Tells the listener.
void note_explored(const exploration& what);
// A test begins, maybe for the second time: its explorations are numbered anew.
void test_begins();

}  // namespace cofault::detail
