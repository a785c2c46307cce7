// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace cofault::detail {

// Which of many ranges of addresses holds an address. Of several the one that begins nearest, and
// of these the one that was added first.
template <class T>
class address_map {
 public:
  struct range {
    std::uint64_t start, end;  // behind the last address
    T value;
  };

  void add(std::uint64_t start, std::uint64_t end, T value) {
    if (start >= end) return;
    ranges_.push_back({start, end, std::move(value)});
    reach_.clear();
  }

  // Null: none.
  const range* find(std::uint64_t address) {
    if (reach_.empty()) sort();
    const auto behind =
        std::upper_bound(ranges_.begin(), ranges_.end(), address,
                         [](std::uint64_t a, const range& r) { return a < r.start; });
    const range* found = nullptr;
    for (auto i = static_cast<std::size_t>(behind - ranges_.begin()); i-- > 0;) {
      if (reach_[i] <= address || (found != nullptr && ranges_[i].start != found->start)) break;
      if (address < ranges_[i].end) found = &ranges_[i];
    }
    return found;
  }

 private:
  void sort() {
    std::stable_sort(ranges_.begin(), ranges_.end(),
                     [](const range& a, const range& b) { return a.start < b.start; });
    std::uint64_t reach = 0;
    for (const range& r : ranges_) reach_.push_back(reach = std::max(reach, r.end));
  }

  std::vector<range> ranges_;
  std::vector<std::uint64_t> reach_;  // the last end so far
};

}  // namespace cofault::detail
