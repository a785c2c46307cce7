// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace consumer {

int answer();

}  // namespace consumer
