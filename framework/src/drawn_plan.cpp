// SPDX-License-Identifier: BSL-1.0
#include "drawn_plan.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ostream>
#include <string>

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
  explicit drawn_plan(plan what, bool settled = true) : what_(std::move(what)), settled_(settled) {}

  plan value() const { return what_; }

  // Read in the moment in which RapidCheck has just run the case.
  rc::Seq<rc::Shrinkable<plan>> shrinks() const {
    const auto* const found = latest().find(what_);
    if (found == nullptr) return {};
    rc::Seq<plan> smaller = rc::makeSeq<smaller_plans>(found->done);
    if (!settled_) smaller = rc::seq::concat(rc::seq::just(found->done), std::move(smaller));
    return rc::seq::map(std::move(smaller),
                        [](plan&& p) { return rc::makeShrinkable<drawn_plan>(open_plan(p)); });
  }

 private:
  class smaller_plans {
   public:
    explicit smaller_plans(plan of) : left_(std::move(of)) {}
    rc::Maybe<plan> operator()() {
      auto next = left_.next();
      return next ? rc::Maybe<plan>(std::move(*next)) : rc::Maybe<plan>(rc::Nothing);
    }

   private:
    simpler left_;
  };

  plan what_;
  bool settled_;  // its deviations are named
};

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
        cofault::open_plan(number, cofault::count_for(size, numbers.next())), false);
  };
}
