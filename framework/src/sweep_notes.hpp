// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "cofault/options.hpp"

// What is to be said of the sweep that box() tells of, beside its findings.
namespace cofault::detail {

// Every plan that the strategies wanted was run and decided.
bool complete(const options& how);

// Which plans were run and yet not judged, or not reached: a sentence each.
std::vector<std::string> undecided(const options& how);

// These, what stopped it, and what is told besides.
std::vector<std::string> notes_of(const options& how);

// Prints them to standard error, each once in a process: a test that passes shows no notes.
void tell(const std::vector<std::string>& sentences);

// Why an exploration that found nothing would prove nothing; "": it proves something.
std::string vacuous();

}  // namespace cofault::detail
