// SPDX-License-Identifier: BSL-1.0
// Included once for each Asio with COFAULT_ASIO (its namespace) defined, behind its headers: how the
// actions of mocked methods wait in its awaitables.

namespace cofault {

template <class T, class Executor>
struct coroutine_wait<COFAULT_ASIO::awaitable<T, Executor>> {
  static COFAULT_ASIO::awaitable<void, Executor> sleep(std::chrono::nanoseconds d) {
    using clock = std::chrono::steady_clock;
    using timer = COFAULT_ASIO::basic_waitable_timer<clock, COFAULT_ASIO::wait_traits<clock>,
                                                     Executor>;
    timer until(co_await COFAULT_ASIO::this_coro::executor);
    until.expires_after(d);
    co_await until.async_wait(COFAULT_ASIO::use_awaitable_t<Executor>());
  }
};

}  // namespace cofault
