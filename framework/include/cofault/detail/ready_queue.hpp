// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "cofault/detail/reused_memory.hpp"

namespace cofault::detail {

// A queue in one piece of memory: within itself, as long as that is enough.
template <class T>
class ready_queue {
 public:
  ready_queue() = default;
  ready_queue(const ready_queue&) = delete;
  ready_queue& operator=(const ready_queue&) = delete;
  ~ready_queue() {
    clear();
    release();
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The next push makes it grow.
  bool is_full() const { return size_ == capacity_; }
  T& operator[](std::size_t i) { return slots_[(first_ + i) & (capacity_ - 1)]; }
  const T& operator[](std::size_t i) const { return slots_[(first_ + i) & (capacity_ - 1)]; }

  template <class... Args>
  void push(Args&&... args) {
    if (is_full()) grow();
    std::construct_at(&(*this)[size_], std::forward<Args>(args)...);
    ++size_;
  }
  // Destroys the first one.
  void drop() {
    std::destroy_at(&(*this)[0]);
    ++first_;
    --size_;
  }
  // Number `i` becomes the first one; the others stay as they are.
  [[gnu::noinline]] void bring_forward(std::size_t i) {
    for (; i > 0; --i) std::swap((*this)[i], (*this)[i - 1]);
  }
  // The first one becomes the last.
  void rotate() {
    if (size_ < capacity_) {
      std::construct_at(&(*this)[size_], std::move((*this)[0]));
      std::destroy_at(&(*this)[0]);
    }
    ++first_;
  }
  // An element may push others when it is destroyed: they go, too.
  void clear() {
    while (size_ > 0) {
      [[maybe_unused]] const T first = std::move((*this)[0]);
      drop();
    }
  }

  void grow() {
    const std::size_t capacity = 2 * capacity_;
    T* const larger = reusing<T>().allocate(capacity);
    for (std::size_t i = 0; i < size_; ++i) {
      std::construct_at(larger + i, std::move((*this)[i]));
      std::destroy_at(&(*this)[i]);
    }
    release();
    slots_ = larger;
    capacity_ = capacity;
    first_ = 0;
  }

 private:
  T* own() { return reinterpret_cast<T*>(own_); }
  void release() {
    if (slots_ != own()) reusing<T>().deallocate(slots_, capacity_);
  }

  static constexpr std::size_t few = 8;
  alignas(T) std::byte own_[few * sizeof(T)];
  T* slots_ = own();
  std::size_t capacity_ = few;  // a power of two
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace cofault::detail
