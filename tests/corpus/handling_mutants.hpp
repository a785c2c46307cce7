// SPDX-License-Identifier: BSL-1.0
// The programs beside this one, each with one mistake: an exception gets lost at the line that
// says `guilty`.
#pragma once

#include "handling_programs.hpp"

namespace corpus::mutant {

awaitable<void> empty_catch();
awaitable<void> empty_typed_catch();
awaitable<void> retry_gives_up();
awaitable<void> retry_forgets_the_last();
awaitable<void> fallback_does_nothing();
awaitable<void> stale_cache();
awaitable<void> log_removed();
awaitable<void> logger_without_sink();
awaitable<void> flag_never_read();
awaitable<void> message_never_sent();
awaitable<void> translation_swallowed();
awaitable<void> nested_lost();
awaitable<void> rethrow_removed();
awaitable<void> filter_without_rethrow();
awaitable<void> generic_handler_empty();
awaitable<void> breaker_without_rethrow();
awaitable<void> replaced();
awaitable<void> code_thrown_and_swallowed();
awaitable<void> lippincott_drops();
awaitable<void> stored_never_rethrown();
awaitable<void> first_of_two_kept();
awaitable<void> clean_up_eats_the_primary();
awaitable<void> late_translation_swallowed();
awaitable<void> group_swallowed();
awaitable<void> roll_back_without_rethrow();
awaitable<void> nobody_hears();
awaitable<void> outer_handler_empty();
awaitable<void> batch_never_counted();

}  // namespace corpus::mutant
