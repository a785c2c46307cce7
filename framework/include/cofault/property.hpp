// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/outcome.hpp"

namespace cofault {

// A property that does not hold: who is to blame and why.
struct violation {
  std::uint32_t site = 0;   // the culprit's await point; 0: that of the fault
  std::uint32_t frame = 0;  // the coroutine it is about; 0: none in particular
  std::string text;         // one sentence for the report
  bool undecided = false;   // something kept it from being a verdict; the text tells what
};

// A question asked of an outcome. Stateless: the same outcome gets the same answer.
class property {
 public:
  virtual ~property() = default;

  // Short, in the affirmative: "every coroutine is awaited".
  virtual std::string_view name() const = 0;

  // It is not asked about outcomes with none of these kinds of event. ~0: always asked.
  virtual kind_set needs() const = 0;

  virtual void judge(const outcome& what, std::vector<violation>& out) const = 0;
};

using property_list = std::vector<std::shared_ptr<const property>>;

}  // namespace cofault
