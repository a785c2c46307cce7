// SPDX-License-Identifier: BSL-1.0
#include "cofault/options.hpp"

#include <algorithm>

#include "cofault/standard.hpp"

namespace cofault {

options::options()
    : injectors_(standard_injectors()),
      properties_(standard_properties()),
      strategies_{std::make_shared<const search::exhaustive>(2, 10'000),
                  std::make_shared<const search::random>(100)} {}

options options::budget(std::chrono::milliseconds most) const {
  options out = *this;
  out.time_ = most;
  return out;
}

options options::trials(std::uint32_t most) const {
  options out = *this;
  out.trials_ = most;
  return out;
}

options options::visits(std::uint32_t most) const {
  options out = *this;
  out.visits_ = most;
  return out;
}

options options::arrivals(std::uint64_t most) const {
  options out = *this;
  out.arrivals_ = most;
  return out;
}

options options::watchdog(std::chrono::milliseconds cpu) const {
  options out = *this;
  out.cpu_ = cpu;
  return out;
}

options options::in_process() const {
  options out = *this;
  out.isolated_ = false;
  return out;
}

options options::replay(std::string plan) const {
  options out = *this;
  out.replay_ = std::move(plan);
  return out;
}

options options::baseline(std::string path, std::string test) const {
  options out = *this;
  out.baseline_ = std::move(path);
  out.baseline_test_ = std::move(test);
  return out;
}

options options::deliberate(std::string file, std::uint32_t line) const {
  options out = *this;
  out.deliberate_.push_back(file.substr(file.rfind('/') + 1) + ":" + std::to_string(line));
  return out;
}

bool options::is_deliberate(std::string_view place) const {
  return std::find(deliberate_.begin(), deliberate_.end(), place) != deliberate_.end();
}

bool options::accepts_current_exception() const {
  return std::any_of(accepted_.begin(), accepted_.end(), [](const auto& a) { return a(); });
}

bool options::cancels_current_exception() const {
  return std::any_of(cancellations_.begin(), cancellations_.end(),
                     [](const auto& is_one) { return is_one(); });
}

}  // namespace cofault
