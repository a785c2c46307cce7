// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "cofault/options.hpp"
#include "cofault/plan.hpp"

namespace cofault::detail {

// A plan in shared memory. What is longer than the plans of a search is no part of it.
class stored_plan {
 public:
  stored_plan() = default;
  stored_plan(const plan& p) { *this = p; }
  stored_plan& operator=(const plan& p);
  operator plan() const;
  bool empty() const { return size_ == 0; }

 private:
  static constexpr std::size_t capacity = 4;
  std::uint32_t size_;
  deviation items_[capacity];
};

// What a search tried, for its words on what it covered.
enum class trial_kind : std::uint32_t { fault, request, delay, pair, longer, random, pct };
inline constexpr std::size_t trial_kinds = 7;
trial_kind kind_of(const plan& p);

// A finding on its way from a child: fixed-size text.
struct found {
  char property[64];
  std::uint32_t site;
  std::uint32_t frame;
  stored_plan smallest;
  std::uint32_t more;
  std::uint32_t at_trial;  // 0: without faults
  char text[1024];
};

// What a cancellation did, to be compared with what others did.
struct cancellation_note {
  point where;  // the await that it met, or that came next
  std::uint32_t site, frame;
  bool suspended;  // it came while that await was suspended; else before it was started
  bool delivered;  // that await ended as cancelled
  stored_plan what;
};

enum class stage_of_sweep : std::uint32_t { warm_up, first, second, sweep, done };

// What a sweep has done so far. Lives in memory shared with the child that does it, so that
// nothing is lost when the child dies.
struct mailbox {
  static constexpr std::uint32_t max_work = 1 << 19, max_found = 1 << 10, max_list = 64,
                                 max_parts = 256;

  std::atomic<std::uint64_t> beat;  // grows with every trial
  stage_of_sweep stage;
  std::int64_t began;  // real time, in nanoseconds
  enum { nothing, trials_used_up, time_used_up } stopped_by;
  bool prepared;               // the runs without faults are done
  std::uint32_t strategy;      // the one that is being followed
  bool followed;               // it has seen the run without faults
  std::uint32_t longer;        // plans of more than one deviation that it has run
  stored_plan work[max_work];  // its plans, in order; grows while sweeping
  std::uint32_t work_count;
  std::uint32_t next;                                      // the one being tried
  std::uint32_t planned[trial_kinds], tried[trial_kinds];  // by trial_kind, of all strategies
  bool any_candidate;                                      // there was anything to try at all
  bool samples_only;  // faults there were, but no strategy that tries them alone
  found items[max_found];
  std::uint32_t found_count;
  std::uint32_t points, trials;
  std::uint32_t seen_count;  // await points in user code of the default run, each place once
  std::uint32_t seen[max_list];
  std::uint32_t unreached_count;
  stored_plan unreached[max_list];
  std::uint32_t bounded_count;
  stored_plan bounded[max_list];
  std::uint32_t retrying_count;  // stopped while they tried again for ever
  stored_plan retrying[max_list];
  std::uint32_t later_count;  // await points first reached behind a fault
  std::uint32_t later[max_list];
  bool part_met[max_parts];  // of the injectors' parts: some await point was like that
  struct selector {
    bool met;                                  // a fault of its injector was planned somewhere
    std::uint32_t site;                        // where there could be one; 0: nowhere so far
  } selectors[256];                            // of the injectors
  std::uint32_t most_visits, most_coroutines;  // of one place, of one function
  std::uint32_t note_count;
  cancellation_note notes[1 << 14];
  std::uint64_t plain_arrivals;          // of the run without faults
  std::uint32_t cancellations, effects;  // of the root; and those that changed anything
  bool work_cut, found_cut;
  bool prints;                // handlers of the program print: the runs have to ask for it
  bool unsteady;              // a plan went wrong in the first of two runs only
  bool differ;                // two runs without faults do, first at …
  std::uint32_t differ_site;  // … this place
  std::uint32_t declared;     // findings at places that the test declared deliberate
  std::uint32_t doubt_count;  // what was undecided, each reason once
  char doubts[8][512];
  std::uint32_t failure_count;  // the test's own failed assertions in the default run
  char failures[16][1024];
  char error[2048];

  void clear();
  void doubt(std::string_view sentence);
  void fail(std::string_view sentence);
  void add_work(const plan& p);
  bool has(std::string_view property, std::uint32_t site) const;
  // Adds a finding, or counts it where the same one is known.
  void add(std::string_view property, std::uint32_t site, std::uint32_t frame, const plan& p,
           std::string_view text);
};
static_assert(std::is_trivially_copyable_v<found> &&
              std::is_trivially_copyable_v<cancellation_note>);
mailbox& box();

}  // namespace cofault::detail
