// SPDX-License-Identifier: BSL-1.0
#include "joined_operation.hpp"

#include "cofault/site.hpp"

namespace cofault::detail {

frame* joiner(run_state& run, const frame& by, const frame& operation) {
  if (by.user || operation.user || operation.for_operation ||
      !sites::names_operation(operation.operation))
    return nullptr;
  const frame* const made_by = run.started.find(operation.creator_id);
  if (made_by == nullptr || !made_by->user) return nullptr;
  const event* at = run.awaited_by(by.id);
  while (at != nullptr && (at->value & await_user) == 0) at = run.awaited_by(at->frame);
  return at == nullptr ? nullptr : run.started.find(at->frame);
}

std::uint32_t owner_of(std::uint32_t frame, const family& who) {
  while (frame != 0 && !who.is_user(frame)) frame = who.awaiter(frame);
  return frame;
}

}  // namespace cofault::detail
