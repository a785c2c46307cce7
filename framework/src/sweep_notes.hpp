// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/options.hpp"

// What is to be said of the sweep that box() tells of, beside its findings.
namespace cofault::detail {

// Every plan that the strategies wanted was run and decided.
bool complete(const options& how);

// What stopped it, what was not reached, what stayed undecided: a sentence each.
std::vector<std::string> notes_of(const options& how);

// Why an exploration that found nothing would prove nothing; "": it proves something.
std::string vacuous();

}  // namespace cofault::detail
