// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "cofault/clock.hpp"
#include "cofault/fault.hpp"

namespace cofault {

// The seam to a runtime: a world in which one run takes place. Made anew for every run.
class driver {
 public:
  driver() = default;
  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;
  virtual ~driver() = default;

  // Calls the body and starts the root it returns.
  virtual void start() = 0;

  // How many pieces of work could run next. A runtime with a queue of its own may say 1 until a
  // run() found it empty.
  virtual std::size_t choices() = 0;

  // Runs piece `i` of choices(): one step. False: there was nothing to run after all.
  virtual bool run(std::size_t i) = 0;

  // The coroutine that the first of choices() goes on with; null where that is not known. Asked
  // while there are at least two.
  virtual std::coroutine_handle<> first() { return {}; }

  // Moves the first of choices() behind the others. False: what runs next cannot be chosen here.
  virtual bool postpone() { return false; }

  // Called when nothing is runnable, and after the clock has moved: what only waits to be looked at
  // (a timer that is due, a descriptor that is ready) becomes runnable, and none of it runs.
  virtual void settle() {}

  // Behind settle(): when the earliest timer fires. Nothing: none will, or other threads work.
  virtual std::optional<virtual_time> next_deadline() = 0;

  // The clock has been moved: timers up to now may fire.
  virtual void jumped() = 0;

  // True while something outside the driver's control could still make work (a helper thread that
  // holds a job, a descriptor with an outside peer). Asked only when nothing else can move.
  virtual bool wait_outside() { return false; }

  // Calls `request`, which cancels something, once and before it returns: between two steps as if it
  // was work of the runtime, so that nothing is queued behind what is ready by then.
  virtual void within(const std::function<void()>& request) { request(); }

  // Requests the cancellation of the root by the runtime's own means. False: it has none.
  virtual bool cancel(cancel_strength) { return false; }

  // Stops the runtime as the program itself could: nothing more runs.
  virtual void stop() {}

  // Keeps what a parked coroutine needs alive until teardown.
  virtual void park(std::shared_ptr<void> held) = 0;

  // Destroys all pending work and every suspended coroutine the world owns.
  virtual void teardown() = 0;
};

using driver_factory = std::function<std::unique_ptr<driver>()>;

}  // namespace cofault
