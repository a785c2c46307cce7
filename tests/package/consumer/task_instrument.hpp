// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cofault/instrument.hpp>

#include "task.hpp"

COFAULT_INSTRUMENT(consumer::task);
