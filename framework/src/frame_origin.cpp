// SPDX-License-Identifier: BSL-1.0
#include "frame_origin.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "cofault/detail/source_lines.hpp"
#include "cofault/site.hpp"

namespace cofault::detail {
namespace {

// The type that the text, a compiler's rendering, is about.
std::string_view type_in(std::string_view text) {
  const std::size_t at = text.find("T = ");
  return at == text.npos ? text : text.substr(at + 4);
}

// All but the event loop's own executor, whose strand is nested in the same class. The name is
// mangled where the executor hides its type.
std::uint64_t queueing(std::string_view executor) {
  executor = type_in(executor);
  for (const std::string_view loop :
       {"N5boost4asio10io_context19basic_executor_type", "N4asio10io_context19basic_executor_type",
        "boost::asio::io_context::basic_executor_type", "asio::io_context::basic_executor_type"})
    if (executor.starts_with(loop)) return 0;
  return executor.empty() ? 0 : std::uint64_t{spawn_queues};
}

std::uint64_t kind_of(std::string_view handler) {
  std::string_view type = type_in(handler);
  if (type.find("detached_handler") != type.npos) return spawn_detached;
  // What wraps a handler calls it with the exception. Asio nests them in any order.
  constexpr std::size_t scope = std::string_view("boost::asio::detail::").size();
  constexpr std::string_view wrappers[] = {"executor_binder<",  "cancellation_slot_binder<",
                                           "allocator_binder<", "immediate_executor_binder<",
                                           "consign_handler<",  "append_handler<",
                                           "prepend_handler<"};
  for (bool again = true; std::exchange(again, false);)
    for (const std::string_view wrapper : wrappers)
      if (const std::size_t at = type.find(wrapper); at <= scope) {
        type.remove_prefix(at + wrapper.size());
        again = true;
      }
  const bool library = type.starts_with("boost::asio::") || type.starts_with("asio::");
  return library ? spawn_library : spawn_program;
}

// What `Find` says of the text. Each type has one text, and a program has few of them.
template <auto Find>
std::uint64_t cached(const char* text) {
  struct known {
    const char* text = nullptr;
    std::uint64_t found = 0;
  };
  static thread_local const auto latest = std::make_unique<std::array<known, 16>>();
  known& k = (*latest)[(reinterpret_cast<std::uintptr_t>(text) >> 4) % latest->size()];
  if (k.text != text) k = {text, Find(text)};
  return k.found;
}

}  // namespace

std::uint64_t completion_handler(const frame& f) {
  // Asio's entry point takes it as its last argument: its type tells.
  if (f.executor == nullptr) return 0;
  const std::string_view function = sites::function(f.function).name;
  if (!function.ends_with("co_spawn_entry_point")) return 0;
  const std::uint64_t kind =
      f.type->is_root ? std::uint64_t{spawn_root} : cached<kind_of>(f.type->last_argument);
  return kind | (f.slot != nullptr ? std::uint64_t{spawn_slot} : 0) | cached<queueing>(f.executor);
}

void record_origin(run_state& run, const frame& f) {
  constexpr unsigned deep_enough = 32;
  for (const void* address : stack_here(0, deep_enough))
    run.record(event_kind::made_at, &f, reinterpret_cast<std::uint64_t>(address));
}

}  // namespace cofault::detail
