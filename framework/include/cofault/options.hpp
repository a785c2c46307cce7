// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cofault/injector.hpp"
#include "cofault/property.hpp"
#include "cofault/search.hpp"

namespace cofault {

// How to explore. A value: every function returns a changed copy.
class options {
 public:
  // The usual faults by operation and delays, every property.
  options();

  // Replaces the faults: `options().inject(inject::throwing(my_error("lost")), …)`. None at all is
  // an error when exploring.
  template <class... Injectors>
  options inject(Injectors&&... list) const {
    options out = *this;
    out.injectors_ = {
        std::make_shared<const std::decay_t<Injectors>>(std::forward<Injectors>(list))...};
    return out;
  }

  // Replaces the properties.
  template <class... Properties>
  options judge(Properties&&... list) const {
    options out = *this;
    out.properties_ = {
        std::make_shared<const std::decay_t<Properties>>(std::forward<Properties>(list))...};
    return out;
  }

  // Replaces the strategies, which are followed one after the other. By default:
  // search::exhaustive(2, 10'000), then search::random(100).
  template <class... Strategies>
  options search(Strategies&&... list) const {
    options out = *this;
    out.strategies_ = {
        std::make_shared<const std::decay_t<Strategies>>(std::forward<Strategies>(list))...};
    return out;
  }

  // No plan is tried after so much real time; the result says what is left. Without it (and with
  // 0 s refused) only the number of trials is bounded, and a result does not depend on the machine.
  options budget(std::chrono::milliseconds most) const;

  // At most so many plans are run. 0 is an error when exploring.
  options trials(std::uint32_t most) const;

  // A coroutine that reaches one await point more often than this while the clock stands still is
  // parked: verdict livelock. 0 is an error when exploring.
  options visits(std::uint32_t most) const;

  // A run that reaches more await points than this is stopped, and the result says so.
  options arrivals(std::uint64_t most) const;

  // A trial that takes more processor time than this is killed: verdict "no progress".
  options watchdog(std::chrono::milliseconds cpu) const;

  // Run the trials in this process, for a debugger. A trial that dies takes the test with it; its
  // last words and its plan then go to standard error.
  options in_process() const;

  // What is done at that line of the file whose path ends in `file` is done on purpose: no finding
  // blames it. The source can say the same: `catch (...) {  // cofault: deliberate`.
  options deliberate(std::string file, std::uint32_t line) const;

  // Exceptions of type E for which `matches` holds may be handled, or dropped, anywhere.
  template <class E>
  options deliberate(std::function<bool(const E&)> matches = [](const E&) { return true; }) const {
    options out = *this;
    out.accepted_.push_back([matches = std::move(matches)] {
      try {
        throw;
      } catch (const E& e) {
        return matches(e);
      } catch (...) {
        return false;
      }
    });
    return out;
  }

  // Exceptions of type E stand for a cancellation that arrived: what the test's own coroutine type,
  // or its operations, throw then. Asio's operation_aborted is known.
  template <class E>
  options cancellation() const {
    options out = *this;
    out.cancellations_.push_back([] {
      try {
        throw;
      } catch (const E&) {
        return true;
      } catch (...) {
        return false;
      }
    });
    return out;
  }

  // Run only this plan, as a report prints it. Takes precedence over COFAULT_REPLAY.
  options replay(std::string plan) const;

  // Findings that this file knows do not fail the test (see docs/baseline.md): they are moved to
  // exploration::known. Takes precedence over COFAULT_BASELINE. `test` stands for this exploration
  // in the file, and for no other one; without it that is the name of the running GoogleTest test.
  options baseline(std::string path, std::string test = "") const;

  const injector_list& injectors() const { return injectors_; }
  const property_list& properties() const { return properties_; }
  const strategy_list& strategies() const { return strategies_; }
  std::chrono::milliseconds max_time() const { return time_; }
  std::uint32_t max_trials() const { return trials_; }
  std::uint32_t max_visits() const { return visits_; }
  std::uint64_t max_arrivals() const { return arrivals_; }
  // A run in which a fault that stays was met more often than this, each time after a delay, is
  // stopped, and the result says so.
  static constexpr std::uint32_t max_delayed_retries = 1000;
  std::chrono::milliseconds max_cpu() const { return cpu_; }
  bool isolated() const { return isolated_; }
  // "pool.cpp:31" was declared deliberate.
  bool is_deliberate(std::string_view place) const;
  // The exception being handled now satisfies a declared predicate.
  bool accepts_current_exception() const;
  // The exception being handled now is of a type that stands for a cancellation.
  bool cancels_current_exception() const;
  const std::string& replayed() const { return replay_; }
  // No value: COFAULT_BASELINE decides.
  const std::optional<std::string>& baseline_path() const { return baseline_; }
  const std::string& baseline_test() const { return baseline_test_; }

 private:
  injector_list injectors_;
  property_list properties_;
  strategy_list strategies_;
  std::chrono::milliseconds time_ = std::chrono::milliseconds::max();
  std::uint32_t trials_ = 100'000;
  std::uint32_t visits_ = 10'000;
  std::uint64_t arrivals_ = 1'000'000;
  std::chrono::milliseconds cpu_{2000};
  bool isolated_ = true;
  std::string replay_;
  std::optional<std::string> baseline_;
  std::string baseline_test_;
  std::vector<std::string> deliberate_;
  std::vector<std::function<bool()>> accepted_;
  std::vector<std::function<bool()>> cancellations_;
};

}  // namespace cofault
