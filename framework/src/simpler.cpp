// SPDX-License-Identifier: BSL-1.0
#include "cofault/simpler.hpp"

#include <utility>

namespace cofault {
namespace {

// The smaller numbers of a count, the smallest first.
template <class Number>
std::vector<Number> below(Number n) {
  std::vector<Number> out;
  if (n > 1) out.push_back(1);
  if (n > 3) out.push_back(static_cast<Number>(n / 2));
  if (n > 2) out.push_back(static_cast<Number>(n - 1));
  return out;
}

// The deviation made smaller, in each way that there is.
std::vector<deviation> smaller(const deviation& d) {
  std::vector<deviation> out;
  const auto with = [&](auto change) {
    out.push_back(d);
    change(out.back());
  };
  if (is_schedule(d.what.kind)) return out;
  if (is_failure(d.what.kind) && d.what.tries != 1) {
    with([](deviation& x) { x.what.tries = 1; });
    if (d.what.tries == 0) with([](deviation& x) { x.what.tries = 2; });
  }
  if (d.what.kind == fault_kind::delay)
    for (const std::uint8_t n : below(d.what.value)) with([&](deviation& x) { x.what.value = n; });
  for (const std::uint32_t n : below(d.where.instance))
    with([&](deviation& x) { x.where.instance = n; });
  for (const std::uint32_t n : below(d.where.visit)) with([&](deviation& x) { x.where.visit = n; });
  return out;
}

}  // namespace

simpler::simpler(plan of) : of_(std::move(of)), chunk_(of_.size()) {}

std::optional<plan> simpler::next() {
  if (auto found = without_some()) return found;
  return with_one_changed();
}

std::optional<plan> simpler::without_some() {
  // A shorter rest would come a second time, with fewer in a row.
  if (begin_ + chunk_ > of_.size()) {
    begin_ = 0;
    chunk_ /= 2;
  }
  if (chunk_ == 0) return std::nullopt;
  plan out;
  for (std::size_t i = 0; i < of_.size(); ++i)
    if (i < begin_ || i >= begin_ + chunk_) out.add(of_[i]);
  begin_ += chunk_;
  return out;
}

std::optional<plan> simpler::with_one_changed() {
  while (ways_.empty()) {
    if (changed_ == of_.size()) return std::nullopt;
    ways_ = smaller(of_[changed_++]);
    ways_ = {ways_.rbegin(), ways_.rend()};
  }
  plan out;
  for (std::size_t i = 0; i < of_.size(); ++i) out.add(i == changed_ - 1 ? ways_.back() : of_[i]);
  ways_.pop_back();
  return out;
}

}  // namespace cofault
