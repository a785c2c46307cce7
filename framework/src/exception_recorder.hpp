// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <span>

#include "cofault/detail/exception_hooks.hpp"
#include "cofault/detail/reused_memory.hpp"

namespace cofault::detail {

class run_state;

// Writes what becomes of exceptions into the trace of a run, for as long as it lives.
class exception_recorder final : public exception_observer {
  struct living {
    const void* object;
    std::uint32_t number;
    const std::type_info* unread;  // made but not looked at: its object may not exist yet
    std::uint32_t keeper = 0;      // the coroutine that it ended, and whose promise keeps it
    bool keeper_ends = false;      // that is being destroyed
    std::uint32_t holder = 0;      // the exception that holds it and stands for it, too
  };
  // A coroutine whose promise had it when it ended, and may have it still.
  struct keeping {
    std::uint32_t frame, exception;
  };
  struct handler {
    std::uint32_t number;
    std::uint64_t printed;  // what had been printed when it was entered
  };

 public:
  // Used by one recorder after the other.
  struct memory {
    reused_vector<living> alive, dying;  // whose destructors run: one, and what dies inside of it
    reused_vector<handler> handlers;
    reused_vector<std::uint64_t> codes;
  };
  exception_recorder(run_state& run, memory& reused);
  exception_recorder(const exception_recorder&) = delete;
  exception_recorder& operator=(const exception_recorder&) = delete;
  ~exception_recorder();

  // A fault is about to be executed, and not counted in run_state::reached yet.
  void fault_strikes();
  // The exception that is thrown next is the fault number `deviation` of the plan.
  void injecting(std::uint32_t deviation) { injected_ = static_cast<int>(deviation); }

  // The coroutine's promise has sealed the exception that is being handled: in these words, or
  // somewhere else. It is being destroyed, and then it is gone.
  void kept(std::uint32_t frame, std::span<const void* const> promise);
  void keeper_ends(std::uint32_t frame);
  void keeper_gone(std::uint32_t frame);

  // The number of the exception whose handler is innermost; 0: none.
  std::uint32_t handled() const { return handlers_.empty() ? 0 : handlers_.back().number; }
  // How many there were so far.
  std::uint32_t seen() const { return born_; }
  // The number of a living exception; 0: not known.
  std::uint32_t number_of(const std::exception_ptr& error) const;
  // Something was told to the outside world: whatever is being handled counts as reported.
  void report();

  void thrown(const void* object, const std::type_info& type, const void* from) noexcept override;
  void created(const void* object, const std::type_info& type, const void* from) noexcept override;
  void rethrown(const void* object, const void* from) noexcept override;
  void raised(const void* object, const void* from) noexcept override;
  void caught(const void* object, const void* from) noexcept override;
  void left(const void* object, const void* by, const void* from) noexcept override;
  void died(const void* object, const void* inside) noexcept override;
  void terminating(const void* object) noexcept override;

 private:
  living* find(const void* object);
  void hold(const std::exception_ptr& what, std::uint32_t holder);
  void take(living& which);
  std::uint32_t number_of(const void* object);
  std::uint32_t number_of_dying(const void* object) const;
  std::uint32_t born(const void* object);
  std::uint64_t printed() const;
  void type(living& which, const std::type_info& type);
  std::uint32_t relation(std::uint64_t code);

  run_state& run_;
  exception_observer* before_;
  reused_vector<living>& living_;
  reused_vector<keeping> kept_in_;
  reused_vector<living>& dying_;
  reused_vector<handler>& handlers_;
  reused_vector<std::uint64_t>& codes_;  // by deviation, what it has injected; 0: no code
  std::uint32_t born_ = 0;
  int injected_ = -1;
};

}  // namespace cofault::detail
