// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cofault::detail {

// Values by key, for one run at a time: clearing costs nothing, so the table can be reused by every
// run without touching the heap again.
template <class Value>
class keyed_table {
 public:
  void clear() {
    if (++generation_ == 0) slots_.assign(slots_.size(), {}), generation_ = 1;
    used_ = 0;
  }

  // The value of the key; a default one where there is none yet.
  Value& operator[](std::uint64_t key) {
    slot& s = slots_[place_of(key)];
    if (s.generation == generation_) return s.key == key ? s.value : add(key);
    if (used_ == most_used_) return add(key);
    ++used_;
    s = {key, generation_, Value()};
    return s.value;
  }

  // Null: there is none.
  Value* known(std::uint64_t key) {
    slot& s = find(key);
    return s.generation == generation_ ? &s.value : nullptr;
  }

 private:
  struct slot {
    std::uint64_t key = 0;
    std::uint32_t generation = 0;
    Value value = {};
  };

  // The upper bits: only they depend on the upper half of the key.
  std::size_t place_of(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15u >> shift_; }
  slot& find(std::uint64_t key) {
    std::size_t i = place_of(key);
    while (slots_[i].generation == generation_ && slots_[i].key != key)
      i = (i + 1) & (slots_.size() - 1);
    return slots_[i];
  }
  [[gnu::noinline]] Value& add(std::uint64_t key) {
    if (used_ == most_used_) grow();
    slot& s = find(key);
    if (s.generation != generation_) s = {key, generation_, Value()}, ++used_;
    return s.value;
  }
  void grow() {
    std::vector<slot> old(slots_.size() * 2);
    old.swap(slots_);
    --shift_;
    most_used_ = slots_.size() / 2;
    for (const slot& s : old)
      if (s.generation == generation_) find(s.key) = s;
  }

  static constexpr std::size_t initial = 1024;
  std::vector<slot> slots_ = std::vector<slot>(initial);
  int shift_ = 64 - std::countr_zero(initial);
  std::size_t most_used_ = initial / 2;
  std::size_t used_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace cofault::detail
