// SPDX-License-Identifier: BSL-1.0
#include "mailbox.hpp"

#include <algorithm>
#include <cstring>

#include "shared_memory.hpp"

namespace cofault::detail {
namespace {

template <std::size_t N>
void put(char (&to)[N], std::string_view text) {
  const std::size_t n = std::min(text.size(), N - 1);
  std::memcpy(to, text.data(), n);
  to[n] = '\0';
}

}  // namespace

stored_plan& stored_plan::operator=(const plan& p) {
  size_ = static_cast<std::uint32_t>(p.size());
  std::copy(p.begin(), p.begin() + std::min(p.size(), capacity), items_);
  return *this;
}

stored_plan::operator plan() const {
  plan out;
  for (std::size_t i = 0; i < size_ && i < capacity; ++i) out.add(items_[i]);
  return out;
}

trial_kind kind_of(const plan& p) {
  for (const deviation& d : p)
    if (is_schedule(d.what.kind))
      return d.what.kind == fault_kind::random ? trial_kind::random : trial_kind::pct;
  if (p.size() > 1) return p.size() == 2 ? trial_kind::pair : trial_kind::longer;
  if (p[0].what.kind == fault_kind::delay) return trial_kind::delay;
  return is_request(p[0].what.kind) ? trial_kind::request : trial_kind::fault;
}

mailbox& box() {
  static mailbox& shared = make_shared_object<mailbox>();
  return shared;
}

void mailbox::clear() {
  beat = 0;
  stage = stage_of_sweep::warm_up;
  began = 0;
  stopped_by = nothing;
  prepared = followed = any_candidate = samples_only = false;
  strategy = longer = 0;
  std::fill(std::begin(planned), std::end(planned), 0u);
  std::fill(std::begin(tried), std::end(tried), 0u);
  work_count = next = found_count = points = trials = 0;
  seen_count = unreached_count = bounded_count = retrying_count = later_count = failure_count = 0;
  std::fill(std::begin(part_met), std::end(part_met), false);
  std::fill(std::begin(selectors), std::end(selectors), selector{});
  most_visits = most_coroutines = 0;
  plain_arrivals = 0;
  note_count = cancellations = effects = 0;
  work_cut = found_cut = false;
  prints = unsteady = differ = false;
  differ_site = 0;
  declared = doubt_count = 0;
  error[0] = '\0';
}

void mailbox::doubt(std::string_view sentence) {
  sentence = sentence.substr(0, sizeof doubts[0] - 1);
  for (std::uint32_t i = 0; i < doubt_count; ++i)
    if (sentence == doubts[i]) return;
  if (doubt_count < std::size(doubts)) put(doubts[doubt_count++], sentence);
}

void mailbox::fail(std::string_view sentence) {
  if (error[0] == '\0') put(error, sentence);
}

void mailbox::add_work(const plan& p) {
  any_candidate = true;
  ++planned[static_cast<std::size_t>(kind_of(p))];
  if (work_count == max_work)
    work_cut = true;
  else
    work[work_count++] = p;
}

bool mailbox::has(std::string_view property, std::uint32_t site) const {
  return std::any_of(items, items + found_count, [&](const found& known) {
    return known.property == property && known.site == site;
  });
}

void mailbox::add(std::string_view property, std::uint32_t site, std::uint32_t frame, const plan& p,
                  std::string_view text) {
  for (std::uint32_t i = 0; i < found_count; ++i) {
    found& known = items[i];
    if (known.property != property) continue;
    // A finding of the default run needs no fault: faults only repeat it, whomever they blame. And
    // where nobody is to blame yet, what is said is all there is to compare.
    const bool repeated = (known.smallest.empty() || site == 0) &&
                          text.substr(0, sizeof known.text - 1) == known.text;
    if (known.site != site && !repeated) continue;
    ++known.more;
    return;
  }
  if (found_count == max_found) {
    found_cut = true;
    return;
  }
  found& fresh = items[found_count];
  put(fresh.property, property);
  put(fresh.text, text);
  fresh.site = site;
  fresh.frame = frame;
  fresh.smallest = p;
  fresh.more = 0;
  fresh.at_trial = trials;
  ++found_count;
}

}  // namespace cofault::detail
