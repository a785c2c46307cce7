// SPDX-License-Identifier: BSL-1.0
// A user's file, compiled with the warnings that many projects make errors of: nothing of cofault's
// is a system header where it is a part of their own tree.
#include <chrono>

#include "cofault/gmock.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/runtime.hpp"
#include "net.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace net::experimental::awaitable_operators;
namespace runtime = cofault::runtime;

using answers = net::channel<void(net::error_code, int)>;

net::awaitable<int> next(answers& from) {
  co_return co_await from.async_receive(net::use_awaitable);
}

net::awaitable<int> session() {
  answers box(co_await net::this_coro::executor, 1);
  net::steady_timer limit(box.get_executor(), 1s);
  const auto none = co_await (next(box) || limit.async_wait(net::use_awaitable));
  limit.expires_after(1s);
  const auto [why] = co_await limit.async_wait(net::as_tuple(net::use_awaitable));
  if (why) throw net::system_error(why);
  co_return none.index() == 0 ? 0 : 1;
}

NET_TEST(StrictWarnings, AUsersAsioProgram) {
  const auto how = cofault::options().inject(cofault::inject::usual(), cofault::inject::cancel());
  EXPECT_THAT(cofault::explore(session, how), cofault::SurvivesEveryFault());
}

class store {
 public:
  store() = default;
  store(const store&) = delete;
  store& operator=(const store&) = delete;
  virtual ~store() = default;
  virtual runtime::task<int> read(int key) = 0;
};
class mock_store : public store {
 public:
  MOCK_METHOD(runtime::task<int>, read, (int), (override));
};

runtime::task<int> sum(store& from) {
  runtime::event done;
  const auto first = runtime::spawn(from.read(1));
  const auto [a, b] = co_await runtime::gather(from.read(2), from.read(3));
  co_await runtime::timeout(1s, runtime::sleep_for(1ms));
  co_return a + b + co_await first;
}

runtime::task<int> asks() {
  testing::NiceMock<mock_store> stored;
  EXPECT_CALL(stored, read).WillRepeatedly(cofault::CoReturn(14));
  co_return co_await sum(stored);
}

NET_TEST(StrictWarnings, AUsersTasks) {
  EXPECT_THAT(cofault::explore(asks), cofault::SurvivesEveryFault());
}

}  // namespace
