// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "cofault/detail/exception_hooks.hpp"
#include "cofault/runtime/detail/task_base.hpp"
#include "cofault/scheduler.hpp"

namespace cofault::runtime {

// What was left behind when a root completed.
struct leftover {
  enum class kind { never_retrieved, left_pending, never_awaited };
  kind what;
  std::string text;  // one sentence
  std::string file;  // the creation site: where it was spawned or made; "" where it is not known
  unsigned line = 0;
};

namespace detail {

// The world of one run(): its scheduler, and the book of what was forgotten in it.
class boundary {
 public:
  // Throws invalid_state if a scheduler runs on this thread already.
  explicit boundary(bool debug);
  boundary(const boundary&) = delete;
  boundary& operator=(const boundary&) = delete;
  ~boundary();

  static boundary* current();
  bool debug() const { return debug_; }
  scheduler& where() { return scheduler_; }

  // Runs until the root is done. Throws hang.
  void drive(const task_base& root);
  // Cancels what is pending, runs it to its end, destroys the world, and says what was left.
  std::vector<leftover> close();

  // Where the exception was thrown: "pool.cpp:31"; "" if that is not known.
  std::string thrown_at(const void* exception) const;

  void never_awaited(const link& which) noexcept;
  void has_failed(const std::shared_ptr<task_base>& which);
  void never_retrieved(const task_base& which) noexcept;

 private:
  class throws;

  void note_pending();
  void note_failed();

  bool debug_;
  std::unique_ptr<throws> throws_;
  scheduler scheduler_;
  std::vector<std::weak_ptr<task_base>> failed_;
  std::vector<leftover> left_;
  boundary* before_;
};

// "std::runtime_error: no route", for people.
std::string in_words(const std::exception_ptr& error);

// What happened to the exception that ended a task: where it was thrown, and which coroutines it
// left, one line each, innermost first.
std::string story_of(const task_base& which);

}  // namespace detail
}  // namespace cofault::runtime
