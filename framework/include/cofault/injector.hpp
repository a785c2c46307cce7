// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/detail/unthrown.hpp"
#include "cofault/fault.hpp"

namespace cofault {

// What an injector knows of an await point.
struct await_point {
  std::string_view file;  // as the compiler recorded it
  std::uint32_t line;
  std::string_view function;   // qualified name without arguments, "app::pool::session"
  std::string_view operation;  // "async_read", of a mocked method "query()"; empty where the awaited
                               // object does not tell
  std::uint32_t instance;      // which coroutine of that function, from 1
  std::uint32_t visit;         // which arrival, from 1
  bool can_throw;              // a throw is feasible
  bool takes_code;             // it reports through an error code: a throw is not feasible
  bool is_asio;                // a Boost.Asio or standalone Asio awaitable
  std::uint8_t moments = 0;    // those that the run without faults had there: moment_bit()
  std::uint8_t early = 0;      // of these: a request does harm in Asio itself, because a spawned chain
                               // had not been suspended for the first time yet, or is on a strand that
                               // may queue the request behind its end
  bool in_child = false;       // its chain was spawned with a cancellation slot of its own
};

constexpr std::uint8_t moment_bit(moment when) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(when));
}

// A part of where an injector applies, for the search to say that no await point is like that.
struct where_part {
  enum class kind { file, function, operation, coroutine, visit, other };

  std::string text;  // "of operation async_read"
  std::function<bool(const await_point&)> matches;
  kind what = kind::other;
  std::string name = {};                  // of the file, function or operation
  std::uint32_t number = 0;               // of the line, coroutine or visit
  bool excludes = false;                  // it stands under a negation
  std::vector<std::size_t> made_of = {};  // other parts of the same list
};

// Decides what goes wrong at an await point. The framework executes it.
class injector {
 public:
  virtual ~injector() = default;

  // Appends every fault worth trying at the point. `self` is this injector's number among those of
  // the run, for fault_kind::throw_value.
  virtual void propose(const await_point& where, std::uint8_t self,
                       std::vector<fault>& out) const = 0;

  // False: propose_requests() and propose_for_root() are not asked, and the moments at which a request
  // could come are not looked for.
  virtual bool has_requests() const { return true; }

  // Appends every request (fault_kind::cancel and those below it) worth trying at the point. Asked at
  // every await of user code, also of one that can take no fault in the place of its operation.
  virtual void propose_requests(const await_point&, std::vector<fault>&) const {}

  // Appends every request worth trying on the root as a whole, see root_point(). The root is a
  // chain that Asio spawned, or not.
  virtual void propose_for_root(bool /*is_asio*/, std::vector<fault>&) const {}

  // Appends fault_kind::delay if it is worth trying there. Asked where more than one piece of work was
  // ready and the first one would go on behind that await, or begin the coroutine (then nothing is
  // known of an operation).
  virtual void propose_delay(const await_point&, std::vector<fault>&) const {}

  // Executes a fault of kind throw_value: throws.
  virtual void raise() const {}

  // Instead of that: what is to be thrown, and the coroutine throws it itself. Nothing: raise() is
  // called. A call less to unwind in each trial, and nothing is thrown to find out what it is.
  virtual detail::unthrown made() const { return {}; }

  // In words, for reports: "throw app::broken".
  virtual std::string describe() const = 0;

  // A sentence fragment on where it applies, or "" for everywhere.
  virtual std::string where() const { return ""; }

  // The parts of that, each behind those it is made of. For each that no await point in user code
  // matches there is a note.
  virtual std::vector<where_part> parts() const { return {}; }
};

using injector_list = std::vector<std::shared_ptr<const injector>>;

}  // namespace cofault
