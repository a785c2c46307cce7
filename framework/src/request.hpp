// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

#include "cofault/detail/frame.hpp"
#include "cofault/detail/reused_memory.hpp"
#include "cofault/plan.hpp"
#include "keyed_table.hpp"

namespace cofault::detail {

class run_state;
struct trace_buffer;

// Executes what a plan requests of the runtime (a cancellation, a stop, the end of the world) at
// the moment that the plan names. The drive loop and the frames tell it where the run is.
class requests {
 public:
  explicit requests(run_state& run);

  // The coroutine has reached the await point that deviation `number` of the plan is about.
  void arm(frame& at, std::uint32_t number);
  bool any_armed() const { return !armed_.empty(); }
  // A coroutine goes on behind its await point.
  void resumed(const frame& at);
  // The clock has moved, but nobody has looked at it yet.
  void clock_moved() {
    ++clock_moves_;
    if (!armed_.empty()) perform_due();
  }
  // The root has been started, and where its type is eager, it has begun; from here on the driver
  // runs steps.
  void started() { after_step(); }
  // True: something may have been requested.
  bool before_step() {
    if (armed_.empty()) return false;
    perform_late();
    return true;
  }
  void after_step() {
    ++step_;
    if (!armed_.empty()) perform_suspended();
  }
  // The root has not run yet (moment::start), or has completed (moment::end). False: there is
  // nothing planned for it.
  bool at_root(moment when) { return is_planned_ && perform_at_root(when); }

  // The plan has stopped or destroyed the world.
  bool ended() const { return ended_; }
  // The root was cancelled long ago, and still goes on.
  bool overran() const { return last_arrival_ != 0 && is_past_last_arrival(); }
  // Which step is under way or comes next, from 1; 0: the root is being started.
  std::uint32_t step() const { return step_; }
  std::uint32_t clock_moves() const { return clock_moves_; }

 private:
  struct armed {
    std::uint32_t frame, site, visit, number;
  };
  // When the run without faults resumed a coroutine from an await point.
  struct resumption {
    std::uint32_t step = 0, clock_moves = 0;
  };
  const fault& fault_of(const armed& a) const;
  frame* waiting(const armed& a) const;
  const resumption* known(const armed& a) const;
  template <class Condition>
  void perform_if(moment when, Condition condition);
  void perform_due();
  void perform_late();
  void perform_suspended();
  bool perform_at_root(moment when);
  bool is_past_last_arrival() const;
  void perform(frame* at, std::uint32_t number);
  void cancel(frame* at, const fault& what);
  bool ask(const fault& what, const frame* chain);

  using resumption_table = keyed_table<resumption>;
  static void fill(resumption_table& table, const trace_buffer& plain);
  static resumption_table& fault_free();

  run_state& run_;
  bool is_planned_;
  reused_vector<armed> armed_;
  std::uint32_t step_ = 0, clock_moves_ = 0;
  std::uint64_t last_arrival_ = 0;  // the root must have completed by then; 0: it was not cancelled
  bool ended_ = false;
};

}  // namespace cofault::detail
