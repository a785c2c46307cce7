// SPDX-License-Identifier: BSL-1.0
#include "awaited_frames.hpp"

#include <link.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>

#include "cofault/site.hpp"
#include "mailbox.hpp"

namespace cofault::detail {
namespace {

std::atomic<std::uint64_t> foreign_run{0};

struct outside_frames {
  std::mutex mutex;
  frame_list list;
};
outside_frames& outside() {
  static auto* frames = new outside_frames;  // outlives every static destructor
  return *frames;
}

bool holds(std::span<const void* const> words, const frame& f) {
  return std::any_of(words.begin(), words.end(),
                     [&](const void* w) { return w == f.address || w == f.promise; });
}

frame* find_held(std::span<const void* const> words, const frame_list& list) {
  for (frame* f = list.first(); f != nullptr; f = f->next)
    if (holds(words, *f)) return f;
  return nullptr;
}

// A coroutine that has started by itself: whoever awaits it first waits for it, unless that is a
// circle.
bool is_waited_for(run_state& run, const frame& by, const frame& started) {
  if (run.awaited_by(started.id) != nullptr) return false;
  std::uint32_t above = by.id;
  while (above != started.id && run.awaited_by(above) != nullptr)
    above = run.awaited_by(above)->frame;
  return above != started.id;
}

// What its own promise holds: all in front of the record.
std::span<const void* const> promise_of(const frame& f) {
  const auto size = reinterpret_cast<const char*>(&f) - static_cast<const char*>(f.promise);
  return words_of(f.promise, static_cast<std::size_t>(size));
}

// Whose objects hold no coroutine, but what they share with one (a future and its state): the
// latest that `by` has made, that has not ended, and whose promise has that, too.
frame* find_sharing(const run_state& run, const frame& by, std::span<const void* const> words) {
  constexpr std::uintptr_t first_page = 4096;
  frame* found = nullptr;
  for (frame* f = run.started.first(); f != nullptr; f = f->next) {
    if (f->creator_id != by.id || f->state != frame_state::suspended) continue;
    if (found != nullptr && found->id > f->id) continue;
    const auto promise = promise_of(*f);
    if (std::any_of(words.begin(), words.end(), [&](const void* w) {
          return reinterpret_cast<std::uintptr_t>(w) >= first_page &&
                 std::find(promise.begin(), promise.end(), w) != promise.end();
        }))
      found = f;
  }
  return found;
}

// Whether the address lies in a segment, with all of these flags, of the program or of a library.
bool in_image(const void* address, std::uint32_t flags) {
  struct query {
    std::uintptr_t address;
    std::uint32_t flags;
  } q{reinterpret_cast<std::uintptr_t>(address), flags};
  const auto look = [](dl_phdr_info* info, std::size_t, void* data) {
    const auto& wanted = *static_cast<const query*>(data);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const auto& segment = info->dlpi_phdr[i];
      if (segment.p_type == PT_LOAD && (segment.p_flags & wanted.flags) == wanted.flags &&
          wanted.address - (info->dlpi_addr + segment.p_vaddr) < segment.p_memsz)
        return 1;
    }
    return 0;
  };
  return ::dl_iterate_phdr(look, &q) != 0;
}

// Whether a coroutine frame begins at the address: a resume and a destroy function, in memory that
// is no part of the program (a table of virtual functions is). Reads through the kernel, since the
// address may be no address at all.
bool is_frame(const void* address) {
  void* functions[2] = {};
  iovec to{functions, sizeof functions}, from{const_cast<void*>(address), sizeof functions};
  if (::process_vm_readv(::getpid(), &to, 1, &from, 1, 0) != sizeof functions) return false;
  return functions[0] != nullptr && functions[0] != functions[1] && in_image(functions[0], PF_X) &&
         in_image(functions[1], PF_X) && !in_image(address, 0);
}

// The awaited object belongs to an instrumented type but holds a coroutine that nobody announced:
// it was made by a translation unit that was compiled without the instrumentation.
bool holds_unknown(std::span<const void* const> words) {
  constexpr std::ptrdiff_t to_promise = 2 * sizeof(void*);
  const auto begin = reinterpret_cast<std::uintptr_t>(words.data());
  return std::any_of(words.begin(), words.end(), [&](const void* w) {
    const auto address = reinterpret_cast<std::uintptr_t>(w);
    // The first page holds nothing, and the object no frame but pointers to its own parts.
    if (address < 4096 || address - begin < words.size_bytes()) return false;
    return is_frame(w) || is_frame(static_cast<const char*>(w) - to_promise);
  });
}

// Asio awaits it anyway, and the process dies.
bool is_empty_awaitable(std::span<const void* const> words, runtime where) {
  return (where == runtime::boost_asio || where == runtime::asio) &&
         std::all_of(words.begin(), words.end(), [](const void* w) { return w == nullptr; });
}

void refuse_empty(const run_state& run, const frame& by) {
  if (run.what.empty())
    box().fail(
        "cofault: " + sites::place(by.site) +
        " awaits an empty awaitable: it was moved from, or it is the default value of a mocked "
        "method without an action");
}

}  // namespace

std::span<const void* const> words_of(const void* object, std::size_t size) {
  constexpr std::size_t most = 512;
  if (reinterpret_cast<std::uintptr_t>(object) % alignof(void*) != 0) return {};
  return {static_cast<const void* const*>(object), std::min(size / sizeof(void*), most)};
}

frame* find_unstarted(run_state& run, const void* object, std::size_t size) {
  return find_held(words_of(object, size), run.unstarted);
}

frame* find_awaited(run_state& run, const frame& by, const void* object, const awaited_type& type) {
  if (frame* const f = find_unstarted(run, object, type.size)) return f;
  const auto words = words_of(object, type.size);
  if (!type.is_instrumented || words.empty()) return nullptr;
  frame* const started = find_held(words, run.started);
  if (frame* const f = started != nullptr ? started : find_sharing(run, by, words))
    return is_waited_for(run, by, *f) ? f : nullptr;
  if (is_empty_awaitable(words, by.type->where)) refuse_empty(run, by);
  {
    const std::lock_guard lock(outside().mutex);
    if (find_held(words, outside().list) != nullptr) return nullptr;
  }
  if (holds_unknown(words)) run.record(event_kind::unknown_frame, &by);
  return nullptr;
}

void record_joined(run_state& run, const frame& by, const void* object, const awaited_type& type,
                   const frame& first) {
  const auto words = words_of(object, type.size);
  for (frame* f = first.next; f != nullptr; f = f->next)
    if (holds(words, *f)) run.record(event_kind::joined, &by, 0, f->id);
}

void remember_outside(frame& f) {
  const std::lock_guard lock(outside().mutex);
  outside().list.add(f);
}

void forget_outside(frame& f) {
  const std::lock_guard lock(outside().mutex);
  frame_list::remove(f);
}

void note_foreign_thread(const frame& f) { foreign_run = f.run; }
bool foreign_thread_seen(std::uint64_t run) { return foreign_run == run; }

}  // namespace cofault::detail
