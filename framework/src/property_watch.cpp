// SPDX-License-Identifier: BSL-1.0
#include "property_watch.hpp"

#include <cstdlib>
#include <iostream>

#include "cofault/detail/root.hpp"
#include "nearest_site.hpp"

namespace cofault::detail::property_watch {
namespace {

class watched {
 public:
  ~watched() { close(); }
  void drawn(int size) {
    if (size == 0) {
      close();
      test_ = test_name();
    }
    cases_ = true;
    plans_ = plans_ || size > 0;
    told_ = false;
  }
  void ran() { used_ = true; }
  // RapidCheck prints what its latest case ended with, and no other.
  void replayed(bool reached) {
    reached_ = reached_ || reached;
    told_ = true;
  }

 private:
  void close() {
    const std::string name = test_.empty() ? "a property" : test_;
    if (const char* const text = plan_to_replay(); text != nullptr) {
      if (cases_ && !reached_ && !told_)
        std::cerr << "cofault: " << name << ": " << no_input_leads_to(text) << '\n';
    } else if (plans_ && !used_) {
      std::cerr << "cofault: " << name
                << " drew plans and ran no body with them, so no fault was injected; call "
                   "cofault::survives(body, plan)\n";
    }
    cases_ = plans_ = used_ = reached_ = told_ = false;
  }

  bool cases_ = false;
  bool plans_ = false;  // with deviations
  bool used_ = false;
  bool reached_ = false, told_ = false;  // the plan to replay
  std::string test_;
};

watched& now() {
  static thread_local watched property;
  return property;
}

}  // namespace

void drawn(int size) { now().drawn(size); }
void ran() { now().ran(); }
void replayed(bool reached) { now().replayed(reached); }

const char* plan_to_replay() {
  const char* const text = std::getenv("COFAULT_REPLAY");
  return text == nullptr || *text == '\0' ? nullptr : text;
}

std::string no_input_leads_to(std::string_view plan_to_replay) {
  const std::string meant = did_you_mean(plan_to_replay);
  return "no input leads to the plan '" + std::string(plan_to_replay) + "' of COFAULT_REPLAY; " +
         (meant.empty() ? "the RC_PARAMS that were printed with it repeat its input" : meant);
}

}  // namespace cofault::detail::property_watch
