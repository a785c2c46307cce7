// SPDX-License-Identifier: BSL-1.0
#include "cancelled_work.hpp"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>

#include "cofault/detail/function_name.hpp"
#include "cofault/detail/handler_place.hpp"
#include "cofault/detail/source_text.hpp"
#include "cofault/family.hpp"
#include "cofault/site.hpp"

namespace cofault::properties {
namespace {

constexpr std::size_t none = ~std::size_t{0};

// "operation_cancelled" for app::operation_cancelled.
std::string short_name(std::uint64_t type) {
  if (type == 0) return "";
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(reinterpret_cast<const std::type_info*>(type)->name(), nullptr, nullptr,
                          &status),
      std::free);
  const std::string full = status == 0 ? readable.get() : "";
  return full.substr(full.rfind(':') + 1);
}

// The handler is in a coroutine that was compiled without cofault_instrument, a library's: it may
// not be of the chain that the coroutine that runs belongs to, which has only started it.
bool is_of_another_coroutine(const exception_story& s, const family& who) {
  const detail::place_in_source place = detail::handler_in_source(s.handler);
  if (detail::normalised_function(place.function) ==
      sites::function(who.function(s.handled_by)).name)
    return false;
  const auto around = detail::try_statement(place.file, place.line);
  if (!around) return false;
  for (unsigned line = around->keyword; line <= around->body_close; ++line)
    if (const auto text = detail::source_line(place.file, line);
        text && text->find("co_await") != text->npos)
      return true;
  return false;
}

class reader {
 public:
  explicit reader(const outcome& what) : what_(what), trace_(what.trace()), who_(what.trace()) {
    for (std::size_t i = 0; i < trace_.size(); ++i) {
      if (trace_[i].kind == event_kind::cancelling) requests_.push_back(i);
      if (trace_[i].kind == event_kind::probe_started || trace_[i].kind == event_kind::torn_down) {
        end_ = i;
        break;
      }
    }
  }

  std::vector<swallowed_cancellation> swallowed() const {
    std::vector<swallowed_cancellation> out;
    if (requests_.empty()) return out;
    for (const exception_story& s : exception_stories(what_)) {
      if ((s.flags & exception_cancels) == 0 || s.handled_at == 0 || !who_.is_user(s.handled_by))
        continue;
      const auto found = went_on(s);
      if (found && !is_of_another_coroutine(s, who_)) out.push_back(*found);
    }
    return out;
  }

 private:
  std::uint32_t top(std::uint32_t frame) const {
    while (who_.awaiter(frame) != 0) frame = who_.awaiter(frame);
    return frame;
  }

  // Of the root's own chain: the runtime says so, or it is what had ended when the root completed.
  std::uint32_t root() const {
    std::uint32_t last = trace_.empty() ? 0 : 1;
    for (const event& e : trace_) {
      if (e.kind == event_kind::spawned && (e.value & spawn_kinds) == spawn_root) return e.frame;
      if ((e.kind == event_kind::returned || e.kind == event_kind::failed) &&
          who_.awaiter(e.frame) == 0)
        last = e.frame;
      if (e.kind == event_kind::root_returned || e.kind == event_kind::root_threw) break;
    }
    return last;
  }

  // The request that reached the chain before `i`; none: it was not cancelled by the plan.
  std::size_t request_for(std::uint32_t chain, std::size_t i) const {
    for (const std::size_t r : requests_) {
      if (r > i) break;
      const std::uint32_t target = trace_[r].other == 0 ? root() : trace_[r].other;
      if (target == chain) return r;
    }
    return none;
  }

  // An exception says to whoever waits that the work was cut short.
  bool ended_by_exception(std::uint32_t chain) const {
    if (chain == root() && what_.root_completions > 0) return what_.has(event_kind::root_threw);
    for (std::size_t i = 0; i < end_; ++i)
      if (trace_[i].kind == event_kind::failed &&
          (trace_[i].frame == chain || who_.awaiter(trace_[i].frame) == chain))
        return true;
    return false;
  }

  static bool is_work(const event& e) {
    return e.kind == event_kind::arrived && (e.value & await_user) != 0 &&
           sites::site(e.site).operation != std::string_view("this_coro");
  }

  // The await that was reached at `i` did not end by an exception.
  bool succeeds(std::size_t i) const {
    const std::uint32_t frame = trace_[i].frame;
    for (std::size_t k = i + 1; k < end_; ++k) {
      const event& e = trace_[k];
      if (e.frame != frame) continue;
      if (e.kind == event_kind::caught || e.kind == event_kind::failed) return false;
      if (e.kind == event_kind::arrived || e.kind == event_kind::returned) return true;
    }
    return what_.end == ending::hung;  // it waits on, as if nothing had happened
  }

  std::uint32_t place_at(std::uint32_t frame, std::size_t i) const {
    while (i-- > 0)
      if (trace_[i].kind == event_kind::arrived && trace_[i].frame == frame) return trace_[i].site;
    return 0;
  }

  // The handler's coroutine, or one that waits for it, came back to where it was: a loop goes on.
  bool comes_back(std::size_t arrival, const exception_story& s) const {
    for (std::uint32_t f = s.handled_by; f != 0; f = who_.awaiter(f))
      if (f == trace_[arrival].frame) return place_at(f, s.handled_at) == trace_[arrival].site;
    return false;
  }

  // From here on the program says for itself what may be cancelled (Asio).
  bool resets_state(std::uint32_t chain) const {
    for (std::size_t i = 0; i < end_; ++i) {
      const event& e = trace_[i];
      if (e.kind == event_kind::arrived && (e.value & await_user) != 0 &&
          sites::resets_cancellation(e.site) && top(e.frame) == chain)
        return true;
    }
    return false;
  }

  std::optional<swallowed_cancellation> went_on(const exception_story& s) const {
    const std::uint32_t chain = top(s.handled_by);
    const std::size_t request = request_for(chain, s.handled_at);
    if (request == none || ended_by_exception(chain)) return std::nullopt;
    const bool tidies_up = resets_state(chain) || is_for_cancellations(s);
    bool as_a_value = false, moved = false;
    for (std::size_t i = s.handled_at + 1; i < end_; ++i) {
      const event& e = trace_[i];
      if (e.kind == event_kind::returned && e.frame == s.handled_by && e.value != 0 && !moved)
        as_a_value = true;
      if (!is_work(e) || top(e.frame) != chain) continue;
      moved = true;
      if ((comes_back(i, s) || !tidies_up) && succeeds(i))
        return swallowed_cancellation{s, i, as_a_value};
    }
    return std::nullopt;
  }

  const outcome& what_;
  std::span<const event> trace_;
  family who_;
  detail::reused_vector<std::size_t> requests_;
  std::size_t end_ = trace_.size();
};

}  // namespace

bool is_for_cancellations(const exception_story& s) {
  if ((s.flags & exception_cancels_always) == 0) return false;
  const detail::place_in_source place = detail::handler_in_source(s.handler);
  const auto text = detail::source_line(place.file, place.line);
  const std::string name = short_name(s.type);
  if (!text || name.empty()) return false;
  const std::size_t at = text->find("catch");
  return at != text->npos && text->find(name, at) != text->npos;
}

std::vector<swallowed_cancellation> swallowed_cancellations(const outcome& what) {
  return reader(what).swallowed();
}

}  // namespace cofault::properties
