// SPDX-License-Identifier: BSL-1.0
// The posts once more, with the least that tells such a run, written by hand: an event loop that is
// stopped behind each piece of work, three records an await and three a coroutine.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cofault/event.hpp>
#include <coroutine>
#include <exception>
#include <utility>
#include <vector>

#include "asio_peer.hpp"

namespace bench::by_hand {

using cofault::event_kind;
namespace asio = boost::asio;

inline std::vector<cofault::event> records;  // of one run
inline std::uint32_t coroutines = 0;

inline void record(event_kind kind, std::uint32_t coroutine) {
  records.push_back({kind, coroutine, 1, 0, 0, 0});
}

// Around the awaiter that Asio makes.
template <class Frame, class Awaitable>
struct recorded_awaiter {
  std::uint32_t coroutine;
  Awaitable of;

  bool await_ready() { return of.await_ready(); }
  auto await_suspend(std::coroutine_handle<> h) {
    record(event_kind::suspended, coroutine);
    return of.await_suspend(std::coroutine_handle<Frame>::from_address(h.address()));
  }
  decltype(auto) await_resume() {
    record(event_kind::resumed, coroutine);
    return of.await_resume();
  }
};

template <class T, class Executor>
class recorded_frame : public asio::detail::awaitable_frame<T, Executor> {
  using frame = asio::detail::awaitable_frame<T, Executor>;

 public:
  recorded_frame() { record(event_kind::created, number_); }
  ~recorded_frame() { record(event_kind::destroyed, number_); }

  auto final_suspend() noexcept {
    record(event_kind::returned, number_);
    return frame::final_suspend();
  }
  template <class A>
  auto await_transform(A&& operand) {
    record(event_kind::arrived, number_);
    using awaitable = decltype(frame::await_transform(std::forward<A>(operand)));
    return recorded_awaiter<frame, awaitable>{number_,
                                              frame::await_transform(std::forward<A>(operand))};
  }

 private:
  const std::uint32_t number_ = ++coroutines;
};

}  // namespace bench::by_hand

template <class T, class Executor, class... Args>
requires(sizeof...(Args) + 1 > 0) struct std::coroutine_traits<boost::asio::awaitable<T, Executor>,
                                                               Args...> {
  using promise_type = bench::by_hand::recorded_frame<T, Executor>;
};

#include "asio_program.hpp"

int bench_peer_recorded_posts() {
  using namespace bench::by_hand;
  records.clear();
  coroutines = 0;
  asio::io_context context{1};
  asio::co_spawn(context, bench::posts(context.get_executor()), [](std::exception_ptr, int) {});
  while (context.poll_one() > 0) {
  }
  const bool all = coroutines >= bench::asio_awaits && records.back().kind == event_kind::destroyed;
  return all ? bench::asio_awaits : 0;
}
