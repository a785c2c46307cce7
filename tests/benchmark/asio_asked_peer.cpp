// SPDX-License-Identifier: BSL-1.0
// The posts with all that a run is asked for, written by hand: an event loop that is stopped behind
// each piece of work, a root that can be cancelled, and around Asio's promise and its awaiters what
// asked_run.hpp needs of each.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <source_location>
#include <utility>

#include "asio_peer.hpp"
#include "asked_run.hpp"

namespace bench::by_hand {

namespace asio = boost::asio;

template <class T, class Executor>
class asked_frame : public asio::detail::awaitable_frame<T, Executor> {
  using frame = asio::detail::awaitable_frame<T, Executor>;

 public:
  asked_frame() { made(who_); }
  ~asked_frame() { gone(who_); }

  asked_start initial_suspend() noexcept { return {who_}; }
  auto final_suspend() noexcept {
    leave(who_, asked_coroutine::state::finished, cofault::event_kind::returned);
    return frame::final_suspend();
  }
  template <class A>
  auto await_transform(A&& operand,
                       const std::source_location& here = std::source_location::current()) {
    if (!arrive(who_, here)) std::terminate();
    using awaitable = decltype(frame::await_transform(std::forward<A>(operand)));
    return asked_awaiter<frame, awaitable>{who_, frame::await_transform(std::forward<A>(operand))};
  }

 private:
  asked_coroutine who_;
};

}  // namespace bench::by_hand

template <class T, class Executor, class... Args>
  requires(sizeof...(Args) + 1 > 0)
struct std::coroutine_traits<boost::asio::awaitable<T, Executor>, Args...> {
  using promise_type = bench::by_hand::asked_frame<T, Executor>;
};

#include "asio_program.hpp"

namespace bench::by_hand {
namespace {

class world final : public asked_world {
 public:
  void start() override {
    asio::co_spawn(
        context_, bench::posts(context_.get_executor()),
        asio::bind_cancellation_slot(cancel_.slot(), [](std::exception_ptr error, int result) {
          root_ended(error ? -1 : result);
        }));
  }
  bool step() override { return context_.poll_one() > 0; }

 private:
  asio::io_context context_{1};
  asio::cancellation_signal cancel_;
};

asked_memory memory;
const asked_world_maker make = [] { return std::make_unique<world>(); };
const asked_properties properties = ten_properties();

}  // namespace
}  // namespace bench::by_hand

int bench_peer_asked_posts() {
  using namespace bench::by_hand;
  memory.expected = bench::asio_posts_sum;
  return bench::run_and_ask(memory, make, properties) ? bench::asio_awaits : 0;
}
