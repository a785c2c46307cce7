// SPDX-License-Identifier: BSL-1.0
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>

#include "asio_peer.hpp"
#include "asio_program.hpp"

int bench_peer_posts() {
  boost::asio::io_context context{1};
  int sum = 0;
  boost::asio::co_spawn(context, bench::posts(context.get_executor()),
                        [&](std::exception_ptr error, int value) {
                          if (!error) sum = value;
                        });
  context.run();
  return sum == bench::asio_posts_sum ? bench::asio_awaits : 0;
}
