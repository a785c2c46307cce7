// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/reused_memory.hpp"

namespace cofault::detail {

class run_state;

// Asio's queues own the coroutines that they go on with.
inline bool is_owned_by_its_queue(const frame& f) {
  return f.type->where == runtime::asio || f.type->where == runtime::boost_asio;
}

// The work that went with the world of a run when that was torn down: whom it would have gone on
// with.
class dropped_work {
 public:
  // With the coroutine at that address (coroutine_handle::address()); null: it is not known.
  void add(const void* coroutine) {
    told_ = true;
    waiting_.push_back(coroutine);
  }
  // With one that the world itself destroys.
  void add_owned() { told_ = true; }
  // The coroutine at that address was destroyed while it was suspended.
  void lost(const void* coroutine) { lost_.push_back(coroutine); }
  // The world tells nothing more. It had something left to do.
  void was_left() { left_ = true; }

  // They own themselves, too: nobody was left behind.
  void nobody_was_left_behind() { own_themselves_ = true; }

  // The teardown is over. Now the questions can be asked.
  void ended();

  // Whether a coroutine that is still alive, for all that is known, would have gone on, and was not
  // left behind by who would have destroyed it.
  bool had_a_taker(const run_state& run) const;
  // Whether one of a type that is not instrumented would have, which may be alive.
  bool had_unseen_taker(const run_state& run) const;

 private:
  bool is_unseen(const run_state& run, const void* coroutine) const;

  reused_vector<const void*> waiting_, lost_;
  bool told_ = false, left_ = false, own_themselves_ = false;
};

// Before the teardown: who was left behind by who would have destroyed it, or so it seems. In the
// run without faults that was another coroutine, which is gone.
reused_vector<std::uint32_t> left_behind(const run_state& run);

// Tells the run under way, if its world is being torn down.
void note_dropped(const void* coroutine);
void note_dropped_owned();

}  // namespace cofault::detail
