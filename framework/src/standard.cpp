// SPDX-License-Identifier: BSL-1.0
#include "cofault/standard.hpp"

#include "cofault/inject/delay.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/property/assertions.hpp"
#include "cofault/property/awaited.hpp"
#include "cofault/property/cancellation.hpp"
#include "cofault/property/completion.hpp"
#include "cofault/property/frames.hpp"
#include "cofault/property/livelock.hpp"
#include "cofault/property/probe.hpp"
#include "cofault/property/progress.hpp"
#include "cofault/property/resources.hpp"
#include "cofault/property/surfacing.hpp"

namespace cofault {

injector_list standard_injectors() {
  return {std::make_shared<const inject::usual>(), std::make_shared<const inject::delay>()};
}

property_list standard_properties() {
  return {std::make_shared<const properties::assertions>(),
          std::make_shared<const properties::surfacing>(),
          std::make_shared<const properties::cancellation>(),
          std::make_shared<const properties::progress>(),
          std::make_shared<const properties::livelock>(),
          std::make_shared<const properties::completion>(),
          std::make_shared<const properties::resources>(),
          std::make_shared<const properties::probe>(),
          std::make_shared<const properties::awaited>(),
          std::make_shared<const properties::frames>()};
}

}  // namespace cofault
