// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>

namespace cofault::detail {

// Asio's timer queue would wait `nanoseconds` for its earliest timer. Under a virtual clock this
// is noted as the next deadline, and 0 is returned so that Asio looks again at every poll.
std::int64_t wait_time(std::int64_t nanoseconds);

// The earliest deadline noted since the last call with reset, as virtual time; -1: none.
std::int64_t noted_deadline(bool reset);

}  // namespace cofault::detail
