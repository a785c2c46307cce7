// SPDX-License-Identifier: BSL-1.0
#include "cofault/instrument.hpp"

template <class T, bool B>
class task;

COFAULT_INSTRUMENT(task);
