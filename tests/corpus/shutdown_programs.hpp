// SPDX-License-Identifier: BSL-1.0
// How correct programs come to their end when they are cancelled.
#pragma once

#include "corpus_a.hpp"

namespace corpus::shutdowns {

awaitable<void> ends_on_abort();
awaitable<void> rethrows_all_else();
awaitable<void> commits_undisturbed();
awaitable<void> shielded_clean_up();
awaitable<void> stop_and_join();
awaitable<void> finaliser_ignores_codes();
awaitable<void> codes_end_the_loop();
awaitable<void> redirected_code_ends_the_loop();
awaitable<void> asks_the_state();
awaitable<void> within_time();
awaitable<void> both_or_nothing();
awaitable<void> guards_only();
awaitable<void> logs_and_rethrows();
awaitable<void> translates_at_the_boundary();
awaitable<void> nests_at_the_boundary();
awaitable<void> sessions_close_with_their_server();
awaitable<void> drains_what_is_there();
awaitable<void> retries_errors_only();
awaitable<void> retries_three_times();
awaitable<void> heartbeat_beside_the_work();
awaitable<void> kept_until_the_end();
awaitable<void> answers_nothing_more();

}  // namespace corpus::shutdowns
