// SPDX-License-Identifier: BSL-1.0
#include "cofault/inject/usual.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace cofault::inject {
namespace {

struct entry {
  std::string_view part;  // of the operation's name
  std::array<io_error, 2> errors;
  std::size_t count;
};

// The first entry whose part occurs in the name counts.
constexpr std::array<entry, 11> vocabulary = {{
    {"accept", {io_error::no_descriptors}, 1},
    {"connect", {io_error::refused}, 1},
    {"resolve", {io_error::host_not_found}, 1},
    {"handshake", {io_error::reset}, 1},
    {"shutdown", {io_error::reset}, 1},
    {"read", {io_error::eof, io_error::reset}, 2},
    {"receive_from", {io_error::reset}, 1},
    {"receive", {io_error::eof, io_error::reset}, 2},  // a stream's async_read_some, too
    {"write", {io_error::pipe}, 1},
    {"send", {io_error::pipe}, 1},
    {"wait", {io_error::no_memory}, 1},
}};

// A group hands over what its operations tell, each for itself. A channel tells that the program
// has closed or cancelled it: an operation that says so while it is open is a state that cannot be.
// A mutex and an event of our runtime tell nothing at all.
constexpr std::array<std::string_view, 8> never_fails = {
    "post",      "dispatch",    "defer",      "this_coro", "parallel_group::",
    "channel::", "mutex::lock", "event::wait"};

// A mocked method: a name that says nothing.
bool is_method(std::string_view operation) { return operation.ends_with("()"); }

bool can_fail(std::string_view operation) {
  return operation.empty() || is_method(operation) ||
         std::none_of(never_fails.begin(), never_fails.end(),
                      [&](std::string_view name) { return operation.starts_with(name); });
}

std::span<const io_error> errors_of(std::string_view operation) {
  static constexpr std::array unknown = {io_error::reset};
  if (is_method(operation)) return unknown;
  const auto known = std::find_if(vocabulary.begin(), vocabulary.end(), [&](const entry& e) {
    return operation.find(e.part) != operation.npos;
  });
  if (known == vocabulary.end()) return unknown;
  return std::span(known->errors).first(known->count);
}

}  // namespace

void usual::propose(const await_point& where, std::uint8_t, std::vector<fault>& out) const {
  const std::string_view operation = where.operation;
  if (!can_fail(operation)) return;
  // A timer that reports codes knows only that it was cancelled: no failure of the operation.
  if (where.takes_code && operation == "async_wait") return;
  if (!where.is_asio) {
    if (where.can_throw) out.push_back({fault_kind::throw_error, std::uint8_t(io_error::failed)});
    return;
  }
  for (const io_error error : errors_of(operation)) {
    if (where.takes_code)
      out.push_back({fault_kind::code, std::uint8_t(error)});
    else if (where.can_throw)
      out.push_back({fault_kind::throw_error, std::uint8_t(error)});
  }
}

}  // namespace cofault::inject
