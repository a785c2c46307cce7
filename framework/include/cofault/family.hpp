// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/event.hpp"

namespace cofault {

// Where the last fault of the plan struck for the first time; null: none did. Those before it do no
// harm alone.
const event* last_strike(std::span<const event> trace);

// What a trace tells of its coroutines, by id: who they are, who made them, who awaits them.
class family {
 public:
  static constexpr std::size_t none = ~std::size_t{0};

  explicit family(std::span<const event> trace);

  // In user code; else library or test code.
  bool is_user(std::uint32_t frame) const { return of(frame).user; }
  // Index in the site table, and which coroutine of that function it is.
  std::uint32_t function(std::uint32_t frame) const { return of(frame).function; }
  std::uint32_t instance(std::uint32_t frame) const { return of(frame).instance; }
  // "fetch()", "fetch#2()"; "a coroutine" where it is not known.
  std::string name(std::uint32_t frame) const;
  // Who was running when it was made; 0: no coroutine.
  std::uint32_t creator(std::uint32_t frame) const { return of(frame).creator; }
  // The await point that its creator had reached last when it made it; 0: none.
  std::uint32_t made_behind(std::uint32_t frame) const { return of(frame).made_behind; }

  // Index of the event in which somebody began to wait for it: for the coroutine itself, or for
  // the library code (a spawned chain, a parallel group) that made it. none: nobody.
  std::size_t awaited_at(std::uint32_t frame) const;
  // The coroutine for which that somebody waits: itself, or what was made by library code for the
  // one that is awaited; 0: nobody.
  std::uint32_t awaited_as(std::uint32_t frame) const;
  // False: nobody waits for anybody.
  bool any_awaited() const { return any_awaited_; }
  // Who waits for it; 0: nobody.
  std::uint32_t awaiter(std::uint32_t frame) const;

 private:
  struct member {
    std::uint32_t function = 0, instance = 0, creator = 0, made_behind = 0, awaiter = 0;
    std::size_t awaited_at = none, arrival = none;  // arrival: the latest
    bool user = false;
    bool alone = false;  // a spawned chain whose end no coroutine waits for
  };
  const member& of(std::uint32_t frame) const;
  member& at(std::uint32_t frame);

  detail::reused_vector<member> members_;
  bool any_awaited_ = false;
};

}  // namespace cofault
