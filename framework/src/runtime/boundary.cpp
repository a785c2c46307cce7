// SPDX-License-Identifier: BSL-1.0
#include "cofault/runtime/detail/boundary.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <typeinfo>
#include <utility>

#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_lines.hpp"
#include "cofault/runtime/errors.hpp"

namespace cofault::runtime::detail {
namespace {

thread_local boundary* current_boundary = nullptr;

constexpr std::size_t most_steps_at_once = 1'000'000;

std::string short_place(const std::string& file, unsigned line) {
  return file.substr(file.rfind('/') + 1) + ":" + std::to_string(line);
}

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? readable.get() : type.name();
}

// The call of a coroutine's function: on the stack it stands right above the function itself.
std::pair<std::string, unsigned> creation_of(const link& which) {
  const std::string ramp =
      cofault::detail::normalised_function(which.at().function.function_name());
  bool inside = false;
  for (const void* address : which.made_by())
    for (const auto& place : cofault::detail::places_of_call(address)) {
      const bool own = cofault::detail::normalised_function(place.function) == ramp;
      if (inside && !own && place.line != 0) return {place.file, place.line};
      inside |= own;
    }
  return {"", 0};
}

leftover about(leftover::kind what, std::string text, const std::source_location& spawned) {
  return {what,
          std::move(text) + "; spawned at " + short_place(spawned.file_name(), spawned.line()),
          spawned.file_name(), spawned.line()};
}

}  // namespace

// Remembers where exceptions are thrown.
class boundary::throws final : public cofault::detail::exception_observer {
 public:
  throws() : before_(cofault::detail::observe_exceptions(this)) {}
  throws(const throws&) = delete;
  throws& operator=(const throws&) = delete;
  ~throws() { cofault::detail::observe_exceptions(before_); }

  const void* origin(const void* object) const {
    const auto found = from_.find(object);
    return found == from_.end() ? nullptr : found->second;
  }

  void thrown(const void* object, const std::type_info&, const void* from) noexcept override {
    from_[object] = from;
    // Its address may be that of one that died: whom that left is another story.
    if (task_base* const by = task_base::current()) by->arrived();
  }
  void died(const void* object, const void*) noexcept override { from_.erase(object); }
  void created(const void*, const std::type_info&, const void*) noexcept override {}
  void rethrown(const void*, const void*) noexcept override {}
  void raised(const void*, const void*) noexcept override {}
  void caught(const void*, const void*) noexcept override {}
  void left(const void*, const void*, const void*) noexcept override {}
  void terminating(const void*) noexcept override {}

 private:
  std::map<const void*, const void*> from_;
  exception_observer* before_;
};

boundary::boundary(bool debug) : debug_(debug), before_(current_boundary) {
  if (cofault::detail::current_driver() != nullptr)
    throw invalid_state(
        "cofault: run() was called in the code that is explored: return the task from the body, or "
        "await it");
  if (scheduler::current() != nullptr)
    throw invalid_state(
        "cofault: run() was called where a scheduler runs already: co_await the task, or spawn() "
        "it");
  if (debug) throws_ = std::make_unique<throws>();
  current_boundary = this;
}

boundary::~boundary() {
  scheduler_.clear();
  current_boundary = before_;
}

boundary* boundary::current() { return current_boundary; }

void boundary::drive(const task_base& root) {
  std::size_t steps = 0;
  while (!root.done()) {
    if (scheduler_.step()) {
      if (++steps > most_steps_at_once)
        throw hang("cofault: the clock stands still at " +
                       std::to_string(static_cast<double>(virtual_clock::now()) / 1e9) +
                       " s while coroutines run on and on (" + std::to_string(most_steps_at_once) +
                       " steps), and the root has not completed; who waits:\n" +
                       describe(scheduler_.pending()),
                   scheduler_.pending());
      continue;
    }
    const auto next = scheduler_.next_deadline();
    if (!next || *next - virtual_clock::now() > never)
      throw hang(
          "cofault: nothing is runnable and no timer is left, but the root has not completed; who "
          "waits:\n" +
              describe(scheduler_.pending()),
          scheduler_.pending());
    virtual_clock::jump(*next);
    scheduler_.release_due();
    steps = 0;
  }
}

std::vector<leftover> boundary::close() {
  for (std::size_t i = 0; i < most_steps_at_once && scheduler_.step(); ++i) {
  }
  note_pending();
  const auto pending = scheduler_.participants();
  for (const auto& p : pending) static_cast<task_base&>(*p).cancel();
  try {
    for (const auto& p : pending) drive(static_cast<task_base&>(*p));
  } catch (const hang&) {  // it will not end, and is destroyed: that it was pending has been noted
  }
  scheduler_.clear();
  note_failed();
  return std::move(left_);
}

void boundary::note_pending() {
  for (const auto& p : scheduler_.participants()) {
    const auto& t = static_cast<task_base&>(*p);
    std::string text = t.function().name() + " was still pending when the root completed";
    if (const auto w = p->waits())
      text += ": " + w->who + " waits for " + w->what + (w->place.empty() ? "" : " at " + w->place);
    left_.push_back(about(leftover::kind::left_pending, std::move(text), t.spawned()));
  }
}

// Those whose handle is still held somewhere.
void boundary::note_failed() {
  for (const auto& which : std::exchange(failed_, {}))
    if (const auto t = which.lock(); t != nullptr && !t->retrieved()) {
      never_retrieved(*t);
      t->retrieve();  // it has been told
    }
}

void boundary::has_failed(const std::shared_ptr<task_base>& which) { failed_.push_back(which); }

void boundary::never_retrieved(const task_base& which) noexcept {
  std::string text = "the exception of " + which.function().name() +
                     " was never retrieved: " + in_words(which.error());
  const std::string thrown = thrown_at(identity(which.error()));
  if (!thrown.empty()) text += ", thrown at " + thrown;
  left_.push_back(about(leftover::kind::never_retrieved, std::move(text), which.spawned()));
}

void boundary::never_awaited(const link& which) noexcept {
  leftover out{leftover::kind::never_awaited,
               which.at().name() + " was made and never awaited: it never ran", "", 0};
  std::tie(out.file, out.line) = creation_of(which);
  if (out.line != 0)
    out.text += "; made at " + short_place(out.file, out.line);
  else
    out.text += "; its function is at " + which.at().place();
  left_.push_back(std::move(out));
}

std::string boundary::thrown_at(const void* exception) const {
  const void* const from = throws_ == nullptr ? nullptr : throws_->origin(exception);
  if (from == nullptr) return "";
  for (const auto& place : cofault::detail::places_of_call(from))
    if (place.line != 0) return short_place(place.file, place.line);
  return "";
}

std::string in_words(const std::exception_ptr& error) {
  if (!error) return "no exception";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return type_name(typeid(e)) + ": " + e.what();
  } catch (...) {
    return type_name(*abi::__cxa_current_exception_type());
  }
}

std::string story_of(const task_base& which) {
  std::string out;
  const boundary* const b = boundary::current();
  if (b != nullptr)
    if (const std::string at = b->thrown_at(identity(which.error())); !at.empty())
      out += "  thrown at " + at + "\n";
  bool first = true;
  for (const call& c : which.journey()) {
    if (c.function.line() == 0)
      out += "  spawned at " + c.place() + "\n";
    else
      out += (first ? "  left " : "  awaited by ") + c.name() + " at " + c.place() + "\n";
    first = false;
  }
  return out;
}

}  // namespace cofault::runtime::detail
