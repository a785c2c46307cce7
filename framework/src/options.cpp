// SPDX-License-Identifier: BSL-1.0
#include "cofault/options.hpp"

#include "cofault/standard.hpp"

namespace cofault {

options::options() : injectors_(standard_injectors()), properties_(standard_properties()) {}

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

}  // namespace cofault
