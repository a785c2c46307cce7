// SPDX-License-Identifier: BSL-1.0
#include "cofault/rapidcheck.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <typeinfo>

#include "cofault/detail/assertion_reader.hpp"
#include "cofault/detail/root.hpp"
#include "cofault/open_plan.hpp"
#include "cofault/simpler.hpp"

namespace cofault {
namespace {

using rc::detail::CaseResult;

// What the latest test cases made of their plans. A case is run again before its shrinks are asked
// for, and before it is printed: what is looked for is the latest.
class latest_plans {
 public:
  void note(const plan& drawn, const plan& done) { all_[next_++ % all_.size()] = {drawn, done}; }
  // Null: it was not run.
  const plan* find(const plan& drawn) const {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const entry& e = all_[(next_ + all_.size() - 1 - i) % all_.size()];
      if (!e.drawn.empty() && e.drawn == drawn) return &e.done;
    }
    return nullptr;
  }

 private:
  struct entry {
    plan drawn, done;
  };
  std::array<entry, 8> all_;
  std::size_t next_ = 0;
};
latest_plans& latest() {
  static thread_local latest_plans plans;
  return plans;
}

// Says so where a property never runs a body with the plans that it gets.
class watch {
 public:
  ~watch() { close(); }
  void drawn(int size) {
    if (size == 0) {  // each property begins with it
      close();
      test_ = detail::test_name();
    }
    drawn_ = drawn_ || size > 0;
  }
  void run() { used_ = true; }

 private:
  void close() {
    if (drawn_ && !used_)
      std::cerr << "cofault: " << (test_.empty() ? "a property" : test_)
                << " drew plans and ran no body with them, so no fault was injected; call "
                   "cofault::survives(body, plan)\n";
    drawn_ = used_ = false;
  }

  bool drawn_ = false;  // a plan with deviations
  bool used_ = false;
  std::string test_;
};
watch& watching() {
  static thread_local watch now;
  return now;
}

// A plan that a property gets.
class drawn_plan {
 public:
  explicit drawn_plan(plan what, bool settled = true) : what_(std::move(what)), settled_(settled) {}

  plan value() const { return what_; }

  // Read in the moment in which RapidCheck has just run the case.
  rc::Seq<rc::Shrinkable<plan>> shrinks() const {
    const plan* const done = latest().find(what_);
    if (done == nullptr) return {};
    rc::Seq<plan> smaller = rc::makeSeq<smaller_plans>(*done);
    if (!settled_) smaller = rc::seq::concat(rc::seq::just(*done), std::move(smaller));
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

// What RapidCheck's assertions in a body have to say, if they end the test case without a failure.
std::optional<CaseResult>& said_in_body() {
  static thread_local std::optional<CaseResult> result;
  return result;
}

bool read_assertion(const std::exception_ptr& thrown, std::string& text) {
#ifdef __GLIBCXX__
  // Most are none, and to throw them once more costs more than all the rest.
  if (*thrown.__cxa_exception_type() != typeid(CaseResult)) return false;
#endif
  try {
    std::rethrow_exception(thrown);
  } catch (const CaseResult& result) {
    if (result.type == CaseResult::Type::Failure)
      text = result.description;
    else
      said_in_body() = result;
    return true;
  } catch (...) {
    return false;
  }
}

std::string report_of(const exploration& what) {
  if (!what.error.empty()) return what.error;
  std::string out;
  for (const std::string& failure : what.failures) out += failure + "\n";
  for (const finding& f : what.findings) out += f.report + "\n";
  out.pop_back();
  return out;
}

constexpr const char* no_place =
    "cofault: the run has no place for the plan: it reached no await point in user code that can "
    "take any of the faults; name the code under test with cofault_instrument(target) in CMake or "
    "COFAULT_USER_CODE(__FILE__), choose others with options().inject(), or generate inputs that "
    "make it work";

[[noreturn]] void discard(const char* why) { throw CaseResult(CaseResult::Type::Discard, why); }

// What COFAULT_REPLAY names.
verdict replayed(const char* text, const detail::rehearse_plan& run) try {
  said_in_body().reset();
  const rehearsal done = run(parse_plan(text));
  if (!done.placed) discard("cofault: no input leads to the plan of COFAULT_REPLAY");
  return done.result.clean() ? verdict() : verdict(report_of(done.result));
} catch (const bad_plan& bad) {
  return verdict(bad.what());
}

}  // namespace

void showValue(const plan& what, std::ostream& out) {
  const plan* const done = latest().find(what);
  if (is_open(what) && done == nullptr)
    out << "a plan that was not run";
  else if (const plan& shown = done ? *done : what; shown.empty())
    out << "no fault";
  else
    out << encode(shown);
}

void showValue(const verdict& what, std::ostream& out) {
  out << (what ? "no finding" : "\n" + what.report());
}

const options& detail::usual_options() {
  static const options usual;
  return usual;
}

verdict detail::verdict_of(const plan& drawn, const rehearse_plan& run) {
  watching().run();
  set_assertion_reader(read_assertion);
  said_in_body().reset();
  const rehearsal first = run(drawn);
  latest().note(drawn, first.done);
  const char* const replay = std::getenv("COFAULT_REPLAY");
  // The first is run all the same: what RapidCheck is to reproduce depends on it.
  if (replay != nullptr && *replay != '\0') return replayed(replay, run);
  if (!first.result.clean()) return verdict(report_of(first.result));
  if (said_in_body()) throw *said_in_body();
  if (!first.placed) discard(no_place);
  return {};
}

void detail::fail(const verdict& why) { throw CaseResult(CaseResult::Type::Failure, why.report()); }

bool detail::check_property(const std::string& description, const rc::detail::Property& property) {
  rc::detail::configuration();  // its message comes first
  if (!description.empty()) std::cerr << "\n- " << description << std::endl;
  rc::detail::TestMetadata metadata;
  metadata.id = description.empty() ? test_name() : description;
  std::replace(metadata.id.begin(), metadata.id.end(), '.', '/');
  metadata.description = description;
  const auto result = rc::detail::checkProperty(property, metadata);
  rc::detail::printResultMessage(result, std::cerr);
  std::cerr << std::endl;
  if (!result.is<rc::detail::SuccessResult>()) return false;
  if (result.get<rc::detail::SuccessResult>().numSuccess > 0) return true;
  std::cerr << "cofault: no test case was run; RC_PARAMS asks for max_success=0\n";
  return false;
}

}  // namespace cofault

rc::Gen<cofault::plan> rc::Arbitrary<cofault::plan>::arbitrary() {
  return [](const rc::Random& random, int size) {
    rc::Random numbers(random);
    const std::uint64_t number = numbers.next();
    cofault::watching().drawn(size);
    return rc::makeShrinkable<cofault::drawn_plan>(
        cofault::open_plan(number, cofault::count_for(size, numbers.next())), false);
  };
}
