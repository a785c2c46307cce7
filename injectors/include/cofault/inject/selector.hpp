// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/injector.hpp"

namespace cofault::inject {

// Where: a predicate on await points that can say what it selects. Combine with && || !. One that
// matches nothing, also behind faults, is an error when exploring; a part of it that matches nothing,
// a note.
class selector {
 public:
  selector(std::string text, std::function<bool(const await_point&)> matches);

  explicit selector(where_part one) : parts_{std::move(one)} {}

  bool matches(const await_point& point) const { return parts_.back().matches(point); }
  // "in session() and on visit 2"
  const std::string& text() const { return parts_.back().text; }
  // What it is made of, itself last.
  const std::vector<where_part>& parts() const { return parts_; }

  friend selector operator&&(const selector& a, const selector& b);
  friend selector operator||(const selector& a, const selector& b);
  friend selector operator!(const selector& a);

 private:
  std::vector<where_part> parts_;
};

// The await at that line of the file whose path ends in `file`.
selector at(std::string file, std::uint32_t line);
// Coroutines of the function: "session", or qualified "app::session".
selector in(std::string function);
// The n-th coroutine of its function, from 1.
selector coroutine(std::uint32_t instance);
// The n-th arrival of a coroutine, from 1.
selector visit(std::uint32_t n);
// Operations by Asio's name, "async_read", or calls of a mocked method by its name, "query".
selector operation(std::string name);

// An injector that applies only where the selector matches.
template <class Injector>
class only : public injector {
 public:
  only(Injector what, selector where) : what_(std::move(what)), where_(std::move(where)) {}

  void propose(const await_point& point, std::uint8_t self,
               std::vector<fault>& out) const override {
    if (where_.matches(point)) what_.propose(point, self, out);
  }
  bool has_requests() const override { return what_.has_requests(); }
  void propose_requests(const await_point& point, std::vector<fault>& out) const override {
    if (where_.matches(point)) what_.propose_requests(point, out);
  }
  void propose_delay(const await_point& point, std::vector<fault>& out) const override {
    if (where_.matches(point)) what_.propose_delay(point, out);
  }
  void raise() const override { what_.raise(); }
  detail::unthrown made() const override { return what_.made(); }
  std::string describe() const override { return what_.describe(); }
  std::string where() const override { return "'" + where_.text() + "'"; }
  std::vector<where_part> parts() const override { return where_.parts(); }

 private:
  Injector what_;
  selector where_;
};

}  // namespace cofault::inject
