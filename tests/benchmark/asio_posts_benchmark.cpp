// SPDX-License-Identifier: BSL-1.0
// In a file of its own, as its peers are: what else is in a file decides what is inlined.
#include "asio_peer.hpp"
#include "asio_run.hpp"

COFAULT_USER_CODE(BENCH_ASIO_PROGRAM);

namespace bench {
namespace {

const added here{
    {.program = "E",
     .what = "10 posts under Asio",
     .peer_is = "an io_context",
     .name = "posts",
     .ours = [](auto& state) { asio_run(state, posts); },
     .peer = peer(bench_peer_posts, asio_awaits),
     .most = 1.5},
    {.program = "E",
     .what = "10 posts under Asio",
     .peer_is = "by hand, asking as much",
     .name = "posts_asked",
     .ours = [](auto& state) { asio_run(state, posts); },
     .peer = peer(bench_peer_asked_posts, asio_awaits)},
};

}  // namespace
}  // namespace bench
