// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/detail/reused_memory.hpp"
#include "cofault/fault.hpp"

namespace cofault {

// One moment of one coroutine, identified so that it means the same under another compiler and
// after an edit elsewhere in the file.
struct point {
  std::uint64_t site = 0;      // hash of the site's text, "pool.cpp:app::session+4"
  std::uint32_t instance = 1;  // which coroutine of that function, in order of creation, from 1
  std::uint32_t visit = 1;     // which arrival of that coroutine at the site, from 1

  friend auto operator<=>(const point&, const point&) = default;
};

// The place of what is done to the root as a whole, at moment::start and moment::end. In a plan's
// text it is "root".
point root_point();

// The place of a whole schedule. In a plan's text it is "schedule", and the seed stands behind the
// fault: "schedule=random:7". A seed of 0 is taken for 1.
point schedule_point(std::uint32_t seed);
inline std::uint32_t seed_of(const point& schedule) { return schedule.instance; }

// One departure from the default run.
struct deviation {
  point where;
  fault what;

  friend auto operator<=>(const deviation&, const deviation&) = default;
};

// A short list of deviations from the default run. The empty plan is the default run.
class plan {
 public:
  static constexpr std::size_t capacity = 4096;

  plan() = default;
  explicit plan(const deviation& only) { add(only); }

  // Throws std::length_error when the plan already holds `capacity` deviations.
  void add(const deviation& next);

  const deviation* begin() const { return many_.empty() ? few_.data() : many_.data(); }
  const deviation* end() const { return begin() + size(); }
  std::size_t size() const { return many_.empty() ? few_count_ : many_.size(); }
  bool empty() const { return size() == 0; }
  const deviation& operator[](std::size_t i) const { return begin()[i]; }

  friend bool operator==(const plan& a, const plan& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  // Fewest deviations first, then lexicographically.
  friend std::strong_ordering operator<=>(const plan& a, const plan& b);

 private:
  // Most plans have one deviation or two: those need no memory of their own.
  std::array<deviation, 2> few_ = {};
  std::size_t few_count_ = 0;
  detail::reused_vector<deviation> many_;  // all, once there are more
};

// One of its deviations stands for a whole schedule.
bool has_schedule(const plan& p);

// A plan's text could not be read; what() is one sentence: what is wrong, where, what to do.
class bad_plan : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// The plan as one line, "pool.cpp:app::session+4/1.2=throw:eof", deviations joined by ';'. The
// first visit of the first coroutine, "/1.1", is left out. The start of a coroutine is written
// without an offset, "pool.cpp:app::session=delay". A site that this process has not seen yet is
// printed as '@' and its hash.
std::string encode(const plan& what);

// The inverse of encode; "none" is the plan without deviations, too. Throws bad_plan.
plan parse_plan(std::string_view text);

}  // namespace cofault
