// SPDX-License-Identifier: BSL-1.0
#include "cofault/boost_asio.hpp"

struct answer {};

void mistake() {
  cofault::probe([]() -> boost::asio::awaitable<answer> { co_return answer(); });
}
