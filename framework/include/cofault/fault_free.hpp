// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace cofault {

// False once a fault of the plan was executed in the current run: guards assertions that hold only
// without faults. True outside a run.
bool fault_free();

}  // namespace cofault
