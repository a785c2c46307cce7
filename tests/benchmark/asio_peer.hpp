// SPDX-License-Identifier: BSL-1.0
#pragma once

// What Asio and Beast do without cofault. Each returns how many awaits went well.
extern "C" {
int bench_peer_posts();
int bench_peer_asked_posts();
int bench_peer_timer();
int bench_peer_code_sweep();
int bench_peer_fail_count_sweep();
}
