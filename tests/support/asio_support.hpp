// SPDX-License-Identifier: BSL-1.0
// What the tests of the Asio adapters share. Include "net.hpp" first.
#pragma once

#include <cofault/gtest.hpp>
#include <cofault/inject/usual.hpp>
#include <cofault/property/assertions.hpp>
#include <cofault/property/awaited.hpp>
#include <cofault/property/completion.hpp>
#include <cofault/property/frames.hpp>
#include <cofault/property/livelock.hpp>
#include <cofault/property/probe.hpp>
#include <cofault/property/progress.hpp>
#include <cofault/property/resources.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net.hpp"
#include "support/closed_channels.hpp"

namespace support {

using net::awaitable;
using net::use_awaitable;

// Judges everything but the fate of exceptions: Asio's own `&&` and `||` drop some.
inline cofault::options usual() {
  namespace p = cofault::properties;
  return cofault::options().judge(p::assertions(), p::awaited(), p::completion(), p::frames(),
                                  p::livelock(), p::probe(), p::progress(), p::resources());
}

// Explores the coroutine function, which takes no arguments.
template <class T>
cofault::exploration explore(awaitable<T> (*program)(), const cofault::options& how = usual()) {
  return cofault::explore(program, how);
}

// The usual faults, closed channels, and a record of what was asked and answered. For runs in this
// process.
class recording : public cofault::injector {
 public:
  struct answer {
    std::uint32_t line;
    std::string operation;
    std::string faults;  // "throw:eof throw:reset"
    friend auto operator<=>(const answer&, const answer&) = default;
  };

  explicit recording(std::set<answer>& answers) : answers_(&answers) {}

  void propose(const cofault::await_point& where, std::uint8_t self,
               std::vector<cofault::fault>& out) const override {
    const std::size_t before = out.size();
    cofault::inject::usual().propose(where, self, out);
    closed_channels().propose(where, self, out);
    std::string faults;
    for (std::size_t i = before; i < out.size(); ++i)
      faults += (faults.empty() ? "" : " ") + cofault::encode(out[i]);
    answers_->insert({where.line, std::string(where.operation), faults});
  }
  std::string describe() const override { return "the usual faults and closed channels, recorded"; }

 private:
  std::set<answer>* answers_;
};

// What the await points of the program are called and which faults they get: "async_wait
// throw:no_memory", in the order of their lines.
inline std::vector<std::string> proposals(awaitable<void> (*program)()) {
  std::set<recording::answer> answers;
  const cofault::exploration result =
      explore(program, usual().inject(recording(answers)).in_process());
  std::vector<std::string> out;
  if (!result.clean()) out.push_back(cofault::describe(result));
  for (const recording::answer& a : answers) {
    std::string text = a.operation.empty() ? "?" : a.operation;
    out.push_back(a.faults.empty() ? std::move(text) : text + " " + a.faults);
  }
  return out;
}

}  // namespace support
