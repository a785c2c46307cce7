// SPDX-License-Identifier: BSL-1.0
#include "drawn_plan.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cofault/open_plan.hpp"
#include "cofault/rapidcheck.hpp"
#include "cofault/simpler.hpp"
#include "property_watch.hpp"

namespace cofault {
namespace {

// What the latest test cases made of their plans. A case is run again before its shrinks are asked
// for, and before it is printed: what is looked for is the latest.
class latest_plans {
 public:
  void note(const plan& drawn, const plan& done) {
    entry& e = all_[next_++ % all_.size()];
    e.drawn = drawn;
    e.done = done;
    e.replayed = plan();
  }
  // Of the latest.
  void note_replay(const plan& replayed) {
    all_[(next_ + all_.size() - 1) % all_.size()].replayed = replayed;
  }

  struct entry {
    plan drawn, done, replayed;
  };
  // Null: it was not run.
  const entry* find(const plan& drawn) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const entry& e = all_[(next_ + all_.size() - 1 - i) % all_.size()];
      if (!e.drawn.empty() && e.drawn == drawn) return &e;
    }
    return nullptr;
  }

 private:
  std::array<entry, 8> all_;
  std::size_t next_ = 0;
};
latest_plans& latest() {
  static thread_local latest_plans plans;
  return plans;
}

// A plan that a property gets.
class drawn_plan {
 public:
  explicit drawn_plan(plan what) : what_(std::move(what)) {}

  plan value() const { return what_; }

  // Read in the moment in which RapidCheck has just run the case. What has no place in the run is
  // done at a near one: so a smaller plan may come to what was done before, and then the next one
  // is tried, not those again.
  rc::Seq<rc::Shrinkable<plan>> shrinks() const;

 private:
  class smaller_plans;

  plan what_;
  std::vector<plan> done_;  // by it, and by those that it was made smaller from
  plan of_;                 // the latest of these that was a new one
  std::size_t tried_ = 0;   // of what is simpler than that
};

class drawn_plan::smaller_plans {
 public:
  explicit smaller_plans(drawn_plan next) : next_(std::move(next)), left_(next_.of_) {
    for (std::size_t i = 0; i < next_.tried_; ++i) left_.next();
  }
  rc::Maybe<drawn_plan> operator()() {
    const auto smaller = left_.next();
    if (!smaller) return rc::Nothing;
    ++next_.tried_;
    next_.what_ = open_plan(*smaller);
    return next_;
  }

 private:
  drawn_plan next_;
  simpler left_;
};

rc::Seq<rc::Shrinkable<plan>> drawn_plan::shrinks() const {
  const auto* const found = latest().find(what_);
  if (found == nullptr) return {};
  drawn_plan next(*this);
  if (std::find(done_.begin(), done_.end(), found->done) == done_.end()) {
    next.done_.push_back(found->done);
    next.of_ = found->done;
    next.tried_ = 0;
  }
  rc::Seq<drawn_plan> all = rc::makeSeq<smaller_plans>(next);
  if (done_.empty()) {
    next.what_ = open_plan(found->done);  // its deviations are named
    all = rc::seq::concat(rc::seq::just(next), std::move(all));
  }
  return rc::seq::map(std::move(all),
                      [](drawn_plan&& p) { return rc::makeShrinkable<drawn_plan>(p); });
}

// Mostly one: each is a run more, and most bugs need no second.
std::uint8_t count_for(int size, std::uint64_t number) {
  if (size == 0) return 0;
  const int wanted = number % 8 == 0 ? 3 : number % 8 <= 2 ? 2 : 1;
  return static_cast<std::uint8_t>(std::min(wanted, 1 + size / 10));
}

}  // namespace

void detail::note_run(const plan& drawn, const plan& done) {
  property_watch::ran();
  latest().note(drawn, done);
}

void detail::note_replay(const plan& replayed) { latest().note_replay(replayed); }

void showValue(const plan& what, std::ostream& out) {
  const auto* const found = latest().find(what);
  if (is_open(what) && found == nullptr)
    out << "a plan that was not run";
  else if (found != nullptr && !found->replayed.empty())
    out << "replayed: " << encode(found->replayed);
  else if (const plan& shown = found ? found->done : what; shown.empty())
    out << "no fault";
  else
    out << encode(shown);
}

}  // namespace cofault

rc::Gen<cofault::plan> rc::Arbitrary<cofault::plan>::arbitrary() {
  return [](const rc::Random& random, int size) {
    rc::Random numbers(random);
    const std::uint64_t number = numbers.next();
    cofault::detail::property_watch::drawn(size);
    return rc::makeShrinkable<cofault::drawn_plan>(
        cofault::open_plan(number, cofault::count_for(size, numbers.next())));
  };
}
