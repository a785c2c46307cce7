// SPDX-License-Identifier: BSL-1.0
#include "cofault/without_faults.hpp"

#include <memory>
#include <ostream>
#include <utility>

#include "cofault/fault_free.hpp"

namespace cofault {
namespace {

class count_without_faults : public testing::CardinalityInterface {
 public:
  explicit count_without_faults(testing::Cardinality count) : count_(std::move(count)) {}

  int ConservativeLowerBound() const override { return 0; }
  int ConservativeUpperBound() const override { return count_.ConservativeUpperBound(); }
  bool IsSatisfiedByCallCount(int calls) const override {
    return count_.IsSatisfiedByCallCount(calls) ||
           (!fault_free() && !count_.IsOverSaturatedByCallCount(calls));
  }
  bool IsSaturatedByCallCount(int calls) const override {
    return count_.IsSaturatedByCallCount(calls);
  }
  void DescribeTo(std::ostream* out) const override {
    count_.DescribeTo(out);
    *out << (fault_free() ? "" : ", or, with a fault, not so often");
  }

 private:
  testing::Cardinality count_;
};

}  // namespace

testing::Cardinality WithoutFaults(testing::Cardinality count) {
  return testing::MakeCardinality(new count_without_faults(std::move(count)));
}
testing::Cardinality WithoutFaults(int count) { return WithoutFaults(testing::Exactly(count)); }

}  // namespace cofault
