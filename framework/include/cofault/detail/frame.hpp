// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>

#include "cofault/clock.hpp"
#include "cofault/detail/unthrown.hpp"
#include "cofault/event.hpp"

// What instrumented coroutines tell the run, and what it answers. Included by every instrumented
// translation unit: keep it light.
namespace cofault::detail {

class run_state;

enum class runtime : std::uint8_t { generic, boost_asio, asio, reference };

enum class frame_state : std::uint8_t { created, running, suspended, finished, destroyed };

// How often a coroutine arrived at an await point.
struct visit_counter {
  std::uint32_t total = 0;     // in this run
  std::uint32_t standing = 0;  // since the clock moved last
  virtual_time since = 0;

  // Counts one more at virtual time `now`. Returns how many there were in this run.
  std::uint32_t count(virtual_time now) {
    standing = since == now ? standing + 1 : 1;
    since = now;
    return ++total;
  }
  // Whether there have been so many since the clock moved last.
  bool stands(std::uint32_t most, virtual_time now) const {
    return since == now && standing >= most;
  }
};

// What is known of a coroutine at compile time.
struct coroutine_type {
  runtime where = runtime::generic;
  bool gives_value = false;             // it has a result other than void
  bool is_root = false;                 // it begins the chain that the run itself has spawned
  const char* last_argument = nullptr;  // its type: that of a spawned chain's handler
};

// The record of one instrumented coroutine. Lives inside its promise.
struct frame {
  frame* next = nullptr;  // in the list of live frames
  frame* previous = nullptr;
  frame* below = nullptr;         // who was running when this one was entered
  const void* address = nullptr;  // coroutine_handle::address()
  const void* promise = nullptr;  // the address of the library's own promise
  const coroutine_type* type = nullptr;
  const char* operation = nullptr;  // type of its first argument, or the mocked method that gave it
  const char* executor = nullptr;   // of a spawned chain: type of its executor, "" if not known
  void* slot = nullptr;             // of a spawned chain's handler: its cancellation slot
  void (*start)(void*) = nullptr;   // starts the operation it awaits, where that is done later
  void* start_argument = nullptr;
  void* code = nullptr;   // where its completion token will put an error code
  std::uint64_t run = 0;  // which run it belongs to; 0: created outside any run
  // What is read together here is not written together: a load that needs two fresh stores waits.
  std::uint32_t id = 0;
  std::uint32_t function = 0;  // index in the site table
  std::uint32_t site = 0;      // the await point it reached last
  std::uint32_t instance = 0;
  std::uint32_t visit = 0;
  std::uint32_t creator_id = 0;  // who was running when it was created
  std::uint32_t creator_site = 0;
  std::uint32_t suspended_at = 0;  // how often the clock had moved by then
  frame_state state = frame_state::created;
  bool failed = false;
  bool user = false;           // its function is user code
  bool for_operation = false;  // created while its creator's operation was being started
  bool replaced = false;       // never started because a fault took its place
  // The event of the latest await, and of the one whose operation was being started when the
  // coroutine was entered; null: there is none.
  const event* awaiting = nullptr;
  const event* initiating_below = nullptr;
  std::uint32_t first_site = 0;  // the await point it reached first
  visit_counter at_first_site;
};

enum class action : std::uint8_t {
  proceed,
  complete,  // do not start the operation: it completes with an error code
  park,      // suspend for ever
  fail,      // call raise_planned() instead
};

// What is known of an awaited object at compile time.
struct awaited_type {
  std::size_t size;
  const char* name;      // a compiler's rendering of the type
  std::uint64_t flags;   // of await_flags those that hold in any case, and the runtime
  bool can_complete;     // its result can be made from nothing (an error code apart)
  bool is_instrumented;  // coroutines of that type are instrumented
};

void frame_created(frame&, std::source_location function);
void frame_entered(frame&);  // starts or goes on
void frame_left(frame&);     // suspends
void frame_failed(frame&);
void frame_ended(frame&);  // returned, or has failed, and suspends for good
void frame_destroyed(frame&) noexcept;

// Of a coroutine that failed: what its promise, of that many bytes, keeps of the exception, and
// that the promise is gone.
void frame_kept(const frame&, const void* promise, std::size_t size) noexcept;
void frame_gone(const frame&) noexcept;

// A coroutine reached an await point of the object: what the plan says.
action arrive(frame&, const void* object, const awaited_type&, std::source_location);

// What the plan wants thrown in place of the operation; nothing: there is no run any more. What can
// only be thrown, not made, is thrown.
[[gnu::cold]] unthrown planned_exception(const frame&);

// Throws it. A part of the coroutine itself: each function in between would have to be unwound.
[[gnu::always_inline]] inline void raise_planned(const frame& f) {
  const unthrown what = planned_exception(f);
  if (what.object != nullptr) abi::__cxa_throw(what.object, what.type, what.destroy);
}

// Completes the operation at the await point that `at` reached last with the planned error code:
// writes it to `code` (the runtime's own error_code type).
void assign_code(frame& at, void* code);

// As long as it lives, the operation that the (suspended) coroutine awaits is being started: what
// is created meanwhile, and not by a coroutine that this resumes, is a part of the operation. Asks
// nothing of the frame later, since the coroutine may be gone by then.
class initiation {
 public:
  explicit initiation(const frame& of);
  initiation(const initiation&) = delete;
  initiation& operator=(const initiation&) = delete;
  ~initiation();

 protected:
  initiation() {}
  void begin(run_state& run, const frame& of);
  void end();

 private:
  std::uint64_t run_ = 0;  // 0: of none, and the rest is not set
  // Before:
  frame* running_;
  const event* initiating_;
};

// Suspends the coroutine. Unless what it awaits has then started(), an exception leaves the scope,
// and the coroutine goes on. (A handler that rethrows would do, but then it would be a part of that
// exception's story.)
class suspension {
 public:
  explicit suspension(frame& f) : frame_(&f) { frame_left(f); }
  suspension(const suspension&) = delete;
  suspension& operator=(const suspension&) = delete;
  ~suspension() {
    if (frame_ != nullptr) [[unlikely]]
      frame_entered(*frame_);
  }
  void started() { frame_ = nullptr; }

 private:
  frame* frame_;
};

// A suspension that is the initiation of what the coroutine awaits, too.
class initiating_suspension : public initiation {
 public:
  explicit initiating_suspension(frame& f);
  ~initiating_suspension() {
    if (frame_ != nullptr) [[unlikely]]
      fail();
  }
  void started() { frame_ = nullptr; }

 private:
  void fail();

  frame* frame_;
};

// Keeps `held` alive until the world of the current run is torn down.
void hold_parked(std::shared_ptr<void> held);

// Registers a path of user code: a directory if it ends in '/', else a file.
struct user_code {
  explicit user_code(const char* path);
};

}  // namespace cofault::detail
