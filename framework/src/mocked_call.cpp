// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/mocked_call.hpp"

#include <unwind.h>

#include <cstring>
#include <string>
#include <string_view>

#include "awaited_frames.hpp"
#include "cofault/detail/function_name.hpp"
#include "cofault/detail/source_lines.hpp"
#include "mailbox.hpp"
#include "operation_name.hpp"
#include "run_state.hpp"
#include "shared_memory.hpp"

namespace cofault::detail {
namespace {

// The one function of Google Mock that every mocked method calls.
constexpr std::string_view entrance = "testing::internal::FunctionMocker::Invoke";

// A return address that was met on the stack of a mocked call.
struct call_place {
  const void* address;
  bool in_entrance;  // the next address lies in the mocked method
  const char*
      method;  // the operation's name, if this one lies in it (where the entrance is inlined)
  const char* inner;  // the same for the function that holds the address
};

// Looked up once for all runs, also those of other children.
struct call_places {
  static constexpr std::uint32_t capacity = 1 << 12, max_names = 1 << 18;
  call_place items[capacity];
  char names[max_names];
  std::uint32_t count, name_bytes;
};

call_places& places() {
  static call_places& p = make_shared_object<call_places>();
  return p;
}
// Before the first fork: what a child makes, its parent does not see.
[[maybe_unused]] const call_places& made_early = places();

const char* operation_of(const std::string& function) {
  call_places& p = places();
  const std::string_view name = std::string_view(function).substr(function.rfind(':') + 1);
  const std::size_t size = sizeof method_mark + name.size();
  if (name.empty() || p.name_bytes + size > call_places::max_names) return nullptr;
  char* const to = p.names + p.name_bytes;
  std::memcpy(to, method_mark, sizeof method_mark - 1);
  std::memcpy(to + sizeof method_mark - 1, name.data(), name.size());
  p.name_bytes += static_cast<std::uint32_t>(size);
  return to;
}

call_place look_up(const void* address) {
  call_place out{address, false, nullptr, nullptr};
  bool behind_entrance = false;
  for (const source_place& at : places_of_call(address)) {
    const std::string function = normalised_function(at.function);
    if (out.inner == nullptr) out.inner = operation_of(function);
    if (behind_entrance) {
      out.method = operation_of(function);
      return out;
    }
    behind_entrance = function == entrance;
  }
  out.in_entrance = behind_entrance;
  return out;
}

const call_place* place_at(const void* address) {
  call_places& p = places();
  std::size_t i = reinterpret_cast<std::uintptr_t>(address) * 0x9E3779B97F4A7C15u >> 40;
  for (i %= call_places::capacity; p.items[i].address != nullptr;
       i = (i + 1) % call_places::capacity)
    if (p.items[i].address == address) return &p.items[i];
  if (2 * p.count > call_places::capacity) return nullptr;
  ++p.count;
  p.items[i] = look_up(address);
  return &p.items[i];
}

// Looks at the stack from the inside out, no further than it must.
struct method_walk {
  static constexpr unsigned deep_enough = 40;
  const char* method = nullptr;
  bool entered = false;
  unsigned depth = 0;

  static _Unwind_Reason_Code step(_Unwind_Context* context, void* self) {
    auto& walk = *static_cast<method_walk*>(self);
    const call_place* at = place_at(reinterpret_cast<const void*>(_Unwind_GetIP(context)));
    if (at == nullptr || ++walk.depth == deep_enough) return _URC_END_OF_STACK;
    walk.method = walk.entered ? at->inner : at->method;
    if (walk.entered || walk.method != nullptr) return _URC_END_OF_STACK;
    walk.entered = at->in_entrance;
    return _URC_NO_REASON;
  }
};

// The mocked method that is being called; null: there is no debug information that tells.
const char* method_on_stack() {
  method_walk walk;
  _Unwind_Backtrace(&method_walk::step, &walk);
  return walk.method;
}

void refuse_old_mock(const char* method) {
  const std::string name = method == nullptr ? "a mocked method" : operation_name(method);
  box().fail(
      "cofault: " + name +
      " was given its action outside of the body: its mock remembers the runs before, and "
      "its expectations see nothing of trials, which run in a child process. Make the mock in "
      "the body, anew for every run (or, if nothing is expected of it, say "
      "options().in_process())");
}

}  // namespace

std::uint64_t current_run() {
  const run_state* run = run_state::current();
  return run == nullptr ? 0 : run->number;
}

bool is_cut_off() {
  const run_state* run = run_state::current();
  return run != nullptr && run->requested.ended();
}

void fail_exploration(std::string_view sentence) { box().fail(sentence); }

void note_mocked_call(const void* returned, std::size_t size, std::uint64_t action_set_in) {
  run_state* run = run_state::current();
  if (run == nullptr) return;
  const char* const method = method_on_stack();
  if (action_set_in != run->number && run->how.isolated()) refuse_old_mock(method);
  frame* const call = find_unstarted(*run, returned, size);
  if (call != nullptr && method != nullptr) call->operation = method;
}

}  // namespace cofault::detail
