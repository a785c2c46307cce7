// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"
#include "cofault/family.hpp"

namespace cofault::detail {

// The spawned chains of a trace that is followed event by event: at which moments a request would
// do harm in Asio itself, whatever the program does.
class spawned_chains {
 public:
  spawned_chains(std::span<const event> trace, const family& who);

  // Its chain was spawned by the program with a cancellation slot of its own.
  bool has_own_slot(std::uint32_t frame) const;

  // Each event of the trace in turn, `i` its index.
  void follow(const event& e, std::size_t i);
  // Called where a step ends, before the next one's first event is followed.
  void step_ended();

  // A request now. (chriskohlhoff/asio #1452: a chain has not been suspended for the first time
  // yet. #1332: a strand queues the request behind a piece of work that may end what it is for.)
  bool refuses_now() const { return !early_.empty() || !queued_.empty(); }
  // A request between the last step and the one under way.
  bool refused_before() const { return !early_.empty() || queued_before_; }

 private:
  // Before a chain begins, its top is suspended and resumed by the runtime, which gets it onto its
  // executor.
  struct early {
    std::uint32_t top;
    bool begun;
  };
  std::uint64_t handler(std::uint32_t frame) const;
  std::uint32_t top_of(std::uint32_t frame) const;
  void find_queued(std::span<const event> trace);

  const family& who_;
  reused_vector<std::uint64_t> handlers_;  // by coroutine: spawn_handler, of the top of a chain
  reused_vector<early> early_;
  // By event, of those that suspend a chain on a strand: it ends when it goes on, and it may be in
  // the queue of the strand until then. Empty where no chain is on a strand.
  reused_vector<bool> ends_next_;
  reused_vector<std::uint32_t> queued_;  // the tops of such chains
  bool queued_before_ = false;           // there was one when the step began
};

}  // namespace cofault::detail
