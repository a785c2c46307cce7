// SPDX-License-Identifier: BSL-1.0
#include "frame_origin.hpp"

#include <algorithm>
#include <string_view>

#include "cofault/detail/source_lines.hpp"
#include "cofault/site.hpp"

namespace cofault::detail {

std::uint64_t completion_handler(const frame& f) {
  // Asio's entry point takes it as its last argument: its type tells.
  const std::string_view function = sites::function(f.function).name;
  if (f.last_argument == nullptr || !function.ends_with("co_spawn_entry_point")) return 0;
  const std::uint64_t slot = f.slot != nullptr ? std::uint64_t{spawn_slot} : 0;
  if (f.is_root) return spawn_root | slot;
  std::string_view type = f.last_argument;
  type.remove_prefix(std::min(type.find("T = ") + 4, type.size()));
  if (type.find("detached_handler") != type.npos) return spawn_detached | slot;
  constexpr std::size_t scope = std::string_view("boost::asio::").size();
  for (const std::string_view binder :
       {"executor_binder<", "cancellation_slot_binder<", "allocator_binder<"})
    if (const std::size_t at = type.find(binder); at <= scope)
      type.remove_prefix(at + binder.size());
  const bool library = type.starts_with("boost::asio::") || type.starts_with("asio::");
  return slot | (library ? spawn_library : spawn_program);
}

void record_origin(run_state& run, const frame& f) {
  constexpr unsigned deep_enough = 32;
  for (const void* address : stack_here(0, deep_enough))
    run.record(event_kind::made_at, &f, reinterpret_cast<std::uint64_t>(address));
}

}  // namespace cofault::detail
