// SPDX-License-Identifier: BSL-1.0
#include "asio_peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/_experimental/test/fail_count.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <exception>

#include "asio_program.hpp"

namespace {

using namespace bench;
namespace test = boost::beast::test;

// A fresh world, as for each trial.
template <class Body>
int run(Body body) {
  asio::io_context context{1};
  int result = 0;
  asio::co_spawn(context, body(context.get_executor()), [&](std::exception_ptr error, int value) {
    if (!error) result = value;
  });
  context.run();
  return result;
}

asio::awaitable<int> writes(test::stream& stream) {
  int done = 0;
  for (; done < asio_awaits; ++done)
    co_await stream.async_write_some(asio::buffer("x", 1), asio::use_awaitable);
  co_return done;
}

}  // namespace

int bench_peer_timer() { return run(posts_and_a_timer) == asio_posts_sum ? asio_awaits : 0; }

int bench_peer_code_sweep() {
  int sum = 0;
  for (int i = 0; i < asio_awaits; ++i)
    sum += run([i](asio::any_io_executor executor) { return operations(executor, i); });
  return sum;
}

int bench_peer_fail_count_sweep() {
  int failed = 0;
  for (std::size_t n = 0; n < asio_awaits; ++n) {
    const int done = run([n](asio::any_io_executor executor) -> asio::awaitable<int> {
      test::fail_count countdown{n};
      auto& context = static_cast<asio::io_context&>(executor.context());
      test::stream stream{context, countdown}, other{context};
      stream.connect(other);
      co_return co_await writes(stream);
    });
    if (done < asio_awaits) ++failed;
  }
  return failed;
}
