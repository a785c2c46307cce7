// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "cofault/injector.hpp"

namespace cofault::inject {

// Requests the cancellation of the root at every moment of every await point, and of a spawned chain
// with a cancellation slot of its own at those of its own coroutines. How the root is cancelled the
// runtime knows (Asio's cancellation signal), or cofault::on_cancel() tells. Left out are moments at
// which Asio itself fails (up to 1.81 and 1.22, and whatever the program does): before a spawned
// chain has been suspended for the first time, operation_aborted leaves io_context::run() and the
// completion handler is never called (chriskohlhoff/asio #1452); and a strand queues the request behind
// the end of what it is for (#1332).
class cancel : public injector {
 public:
  explicit cancel(cancel_strength how = cancel_strength::terminal) : how_(how) {}
  // At these moments only, and at all of them. None at all cancels nothing.
  explicit cancel(std::initializer_list<moment> when,
                  cancel_strength how = cancel_strength::terminal);

  void propose(const await_point&, std::uint8_t, std::vector<fault>&) const override {}
  void propose_requests(const await_point& where, std::vector<fault>& out) const override;
  void propose_for_root(bool is_asio, std::vector<fault>& out) const override;
  std::string describe() const override { return "cancels"; }

 private:
  bool wants(moment when) const { return (moments_ & moment_bit(when)) != 0; }

  cancel_strength how_;
  std::uint8_t moments_ = 0xFF;
  bool always_ = false;  // also where the runtime itself is known to fail
};

// Stops the runtime where a coroutine runs to its await: what has not run by then never will. Work
// that is cut off so need not complete, but what it holds must be released.
class stop : public injector {
 public:
  void propose(const await_point&, std::uint8_t, std::vector<fault>&) const override {}
  void propose_requests(const await_point& where, std::vector<fault>& out) const override;
  std::string describe() const override { return "stops the runtime"; }
};

// Destroys the world, with all that is pending in it, where a coroutine has suspended and before it
// is resumed.
class destroy : public injector {
 public:
  void propose(const await_point&, std::uint8_t, std::vector<fault>&) const override {}
  void propose_requests(const await_point& where, std::vector<fault>& out) const override;
  std::string describe() const override { return "destroys the world"; }
};

}  // namespace cofault::inject
