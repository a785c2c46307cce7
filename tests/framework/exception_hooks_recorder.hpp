// SPDX-License-Identifier: BSL-1.0
// What the tests of the exception hooks share: a record of all that the hooks tell.
#pragma once

#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "cofault/detail/exception_hooks.hpp"

namespace hooks_test {

using cofault::detail::exception_observer;
using cofault::detail::observe_exceptions;
using story = std::vector<std::string>;

// NOLINTBEGIN(bugprone-empty-catch): handlers that end are what is tested
// Writes one line an event; the objects are called a, b, c, … in the order of their appearance.
class recorder : public exception_observer {
 public:
  void thrown(const void* object, const std::type_info& type, const void* from) noexcept override {
    objects.push_back(object);
    add("thrown " + name(object), from);
    last_type = &type;
  }
  void created(const void* object, const std::type_info& type, const void* from) noexcept override {
    objects.push_back(object);
    add("created " + name(object), from);
    last_type = &type;
  }
  void rethrown(const void* object, const void* from) noexcept override {
    add("rethrown " + name(object), from);
  }
  void raised(const void* object, const void* from) noexcept override {
    add("raised " + name(object), from);
  }
  void caught(const void* object, const void* from) noexcept override {
    add("caught " + name(object), from);
  }
  void left(const void* object, const void* by, const void* from) noexcept override {
    add("left " + name(object) + (by ? " by " + name(by) : ""), from);
  }
  void died(const void* object, const void* inside) noexcept override {
    add("died " + name(object) + (inside ? " inside " + name(inside) : ""), nullptr);
  }
  void terminating(const void* object) noexcept override {
    std::fprintf(stderr, "terminating with %s\n", object ? name(object).c_str() : "nothing");
  }

  std::string name(const void* object) {
    // The latest object with this address: earlier ones are dead.
    auto found = std::find(objects.rbegin(), objects.rend(), object);
    if (found == objects.rend()) {
      objects.push_back(object);
      found = objects.rbegin();
    }
    return {static_cast<char>('a' + (objects.rend() - found - 1) % 26)};
  }
  void add(std::string line, const void* from) {
    events.push_back(std::move(line));
    if (from) places.push_back(from);
    if (throw_in_callbacks) {
      try {
        throw std::runtime_error("within a callback");
      } catch (const std::exception&) {
      }
    }
  }

  story events;
  std::vector<const void*> places;
  std::vector<const void*> objects;
  const std::type_info* last_type = nullptr;
  bool throw_in_callbacks = false;
};

// Installs it for as long as it lives.
class observed {
 public:
  explicit observed(recorder& by) : previous_(observe_exceptions(&by)) {}
  observed(const observed&) = delete;
  observed& operator=(const observed&) = delete;
  ~observed() { observe_exceptions(previous_); }

 private:
  exception_observer* previous_;
};

template <typename Body>
recorder record(Body body) {
  recorder result;
  const observed by(result);
  body();
  return result;
}

template <typename Body>
story story_of(Body body) {
  return record(body).events;
}

// Counts the deaths of what was thrown; a copy takes the count over.
struct counted {
  explicit counted(int& count) : deaths(&count) {}
  counted(const counted& other) : deaths(std::exchange(other.deaths, nullptr)) {}
  counted& operator=(const counted&) = delete;
  ~counted() {
    if (deaths) ++*deaths;
  }
  mutable int* deaths;
};

inline void throw_one() { throw 1; }

// NOLINTEND(bugprone-empty-catch)

}  // namespace hooks_test
