// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "cofault/injector.hpp"
#include "cofault/property.hpp"

namespace cofault {

// What options() starts with: the usual faults of each operation, and every property. The one
// place where the framework, the injectors and the properties are put together.
injector_list standard_injectors();
property_list standard_properties();

}  // namespace cofault
