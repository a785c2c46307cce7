// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cofault::detail {

// For a plan, or one deviation, as text, that no run comes to: "did you mean
// 'pool.cpp:app::session+4'?", the await point in user code whose text is most like it. "" where
// none is like it, or that one is it.
std::string did_you_mean(std::string_view plan);

// The name that differs from the wanted one by a slip of the pen; "" where none does.
std::string nearest_of(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace cofault::detail
