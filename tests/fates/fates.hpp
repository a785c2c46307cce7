// SPDX-License-Identifier: BSL-1.0
// What became of the exceptions of a program in which one operation failed.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "candidates.hpp"
#include "cofault/detail/handler_place.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/exception_story.hpp"
#include "cofault/explore.hpp"
#include "cofault/run.hpp"
#include "kept_output.hpp"

namespace support {

struct told {
  std::string fates;              // of all exceptions in order of birth: "translated surfaced"
  std::vector<std::string> lost;  // the source line that is blamed for each that was lost
  std::string place;              // "pool.cpp:31" of the last of these
};

inline std::string blamed(const cofault::exception_story& s, std::string& place) {
  const bool handler = s.end == cofault::fate::swallowed || s.end == cofault::fate::replaced;
  const auto where = handler ? cofault::detail::handler_in_source(s.culprit)
                             : cofault::detail::place_in_source_of(s.culprit);
  place = where.file.substr(where.file.rfind('/') + 1) + ":" + std::to_string(where.line);
  return cofault::detail::source_line(where.file, where.line).value_or(where.why);
}

// The source line is the one with the comment. Optimised code may leave a handler without a line,
// and says so; it never gives it the line of another.
inline testing::Matcher<std::string> line(const std::string& comment) {
#ifdef __OPTIMIZE__
  return testing::AnyOf(testing::EndsWith(comment), testing::HasSubstr("kept no line for it"));
#else
  return testing::EndsWith(comment);
#endif
}

// Runs the program without faults and then with `error` at the user's await point number `nth`
// that can take it. Whatever is printed counts, and is shown to nobody.
inline told one_fault(const cofault::driver_factory& program,
                      const cofault::options& how = cofault::options(), std::size_t nth = 0,
                      cofault::io_error error = cofault::io_error::failed) {
  const cofault::detail::kept_output quiet;
  const cofault::outcome plain = cofault::run(program, cofault::plan(), how);
  const auto points = cofault::detail::points_of(plain.trace(), cofault::family(plain.trace()));
  if (nth >= points.size()) return {"there is no such await point", {}, ""};
  const cofault::fault what{cofault::fault_kind::throw_error, static_cast<std::uint8_t>(error)};
  const cofault::plan p({points[nth].where, what});
  const cofault::outcome faulted = cofault::run(program, p, how, cofault::attention::everything);
  if (faulted.reached != 1) return {"the await point was not reached", {}, ""};
  told out;
  for (const cofault::exception_story& s : exception_stories(faulted)) {
    out.fates += (out.fates.empty() ? "" : " ") + std::string(name_of(s.end));
    if (is_lost(s.end)) out.lost.push_back(blamed(s, out.place));
  }
  return out;
}

// The programs of the rows that every runtime has take a world: what the runtime calls a task, and
// `step()`, a coroutine of the program with one await point that can fail.
template <class World, class T = void>
using task_in = typename World::template task<T>;

template <class Task, class World>
told fault_in(Task (*program)(World), const cofault::options& how = cofault::options(),
              std::size_t nth = 0) {
  return one_fault(World::factory(program), how, nth);
}

template <class Task, class World>
std::string fates(Task (*program)(World), const cofault::options& how = cofault::options(),
                  std::size_t nth = 0) {
  return fault_in(program, how, nth).fates;
}

template <class Task, class World>
cofault::exploration explore(Task (*program)(World),
                             const cofault::options& how = cofault::options()) {
  return cofault::explore(World::factory(program), how);
}

}  // namespace support
