// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/reused_memory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define COFAULT_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define COFAULT_POISONS 1
#endif
#endif
#ifdef COFAULT_POISONS
#include <sanitizer/asan_interface.h>
#endif

namespace cofault::detail {
namespace {

// AddressSanitizer is to see the use of a block that was given back.
void forbid([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef COFAULT_POISONS
  ASAN_POISON_MEMORY_REGION(block, bytes);
#endif
}
void permit([[maybe_unused]] void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef COFAULT_POISONS
  ASAN_UNPOISON_MEMORY_REGION(block, bytes);
#endif
}

struct spare {
  spare* next;
};

// Blocks of 32 bytes, 64, 128, … What is larger than the last of these sizes is not kept.
constexpr std::size_t sizes = 20;
constexpr std::size_t bytes_of(std::size_t size) { return std::size_t{32} << size; }
constexpr std::size_t size_for(std::size_t bytes) {
  return bytes <= 32 ? 0 : static_cast<std::size_t>(std::bit_width((bytes - 1) / 32));
}
static_assert(size_for(32) == 0 && size_for(33) == 1 && size_for(64) == 1 && size_for(65) == 2);

// So many are kept: of what there are many, neighbours in the list would lie far apart.
constexpr std::size_t most_kept(std::size_t size) {
  return std::max(std::size_t{4}, (std::size_t{256} << 10) / bytes_of(size));
}

struct list {
  spare* first = nullptr;
  std::size_t room = 0;  // for so many more
};
constinit thread_local std::array<list, sizes> kept{};

// Empties them when the thread ends. What is given back behind that is freed at once.
struct end_of_thread {
  end_of_thread() {
    for (std::size_t size = 0; size < sizes; ++size) kept[size].room = most_kept(size);
  }
  ~end_of_thread() {
    ended = true;
    for (std::size_t size = 0; size < sizes; ++size)
      while (spare* const block = kept[size].first) {
        permit(block, bytes_of(size));
        kept[size].first = block->next;
        ::operator delete(block);
      }
    for (list& l : kept) l.room = 0;
  }
  static constinit thread_local bool ended;
};
constinit thread_local bool end_of_thread::ended = false;

// There is no room, for the time being or because nothing was given back yet.
[[gnu::noinline]] bool make_room(std::size_t size) {
  if (end_of_thread::ended) return false;
  static thread_local const end_of_thread end;
  static_cast<void>(&end);
  return kept[size].room > 0;
}

}  // namespace

void* reused_memory::take(std::size_t bytes) {
  const std::size_t size = size_for(bytes);
  if (size >= sizes) return ::operator new(bytes);
  list& from = kept[size];
  spare* const block = from.first;
  if (block == nullptr) return ::operator new(bytes_of(size));
  permit(block, bytes_of(size));
  from.first = block->next;
  ++from.room;
  return block;
}

void reused_memory::give_back(void* block, std::size_t bytes) noexcept {
  const std::size_t size = size_for(bytes);
  if (size >= sizes || (kept[size].room == 0 && !make_room(size))) return ::operator delete(block);
  auto* const last = static_cast<spare*>(block);
  last->next = std::exchange(kept[size].first, last);
  --kept[size].room;
  forbid(block, bytes_of(size));
}

}  // namespace cofault::detail
