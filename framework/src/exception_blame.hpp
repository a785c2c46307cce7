// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cofault/event.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/family.hpp"

namespace cofault::detail {

// Who let an exception die that no handler ended. `who` outlives this.
class exception_blame {
 public:
  exception_blame(std::span<const event> trace, const family& who) : trace_(trace), who_(who) {}

  // From the last coroutine of the program that it left, the first one above. Nobody above: where
  // the chain was spawned. False: it never was in the program's code. `judged`: it stands for what a
  // fault threw.
  bool find(exception_story& s, bool judged);
  // Of the latest story that find() was asked of: the await there hands exceptions over as values.
  bool gives_exceptions(const exception_story& s) const;

  // The last coroutine of the program that it left.
  std::uint32_t last_left(const exception_story& s) const;

  // The first await of the program above a coroutine; family::none: the chain ends at `top`.
  struct wait {
    std::uint32_t top = 0;
    std::size_t at = family::none;
    friend bool operator==(const wait&, const wait&) = default;
  };
  wait waited(std::uint32_t from) const;

 private:
  // Whether the program's await was for another coroutine, too, beside that which failed.
  bool is_join(std::uint32_t failed, const wait& w) const;
  // Directly or not; everyone awaits himself.
  bool awaits(std::uint32_t who, std::uint32_t whom) const;
  // Where the chain was started that begins with the library's `top` and has the program's `first`
  // in it (perhaps the same): what the program called to make the one or the other.
  code_place spawn_place(std::uint32_t top, std::uint32_t first) const;

  std::span<const event> trace_;
  const family& who_;
  std::size_t awaited_at_ = family::none;
};

}  // namespace cofault::detail
