// SPDX-License-Identifier: BSL-1.0
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "corpus_a.hpp"
#include "join_programs.hpp"

namespace corpus::joins {

using namespace boost::asio::experimental::awaitable_operators;

namespace lossy {

// The failed read looks like a timeout.
awaitable<void> error_as_timeout() {
  const auto work = [] { return fetch(1ms); };
  steady_timer patience(co_await this_coro::executor, 1s);
  const auto first =
      co_await (work() || patience.async_wait(use_awaitable));  // guilty: error_as_timeout
  if (first.index() == 1) std::clog << "timed out\n";
}

// Without its timer the read is unbounded from then on.
awaitable<void> timer_lost() {
  const auto won = co_await (fetch(1s) || pause(5s));  // guilty: timer_lost
  if (won.index() == 1) std::clog << "timed out\n";
}

awaitable<void> empty_catch_around_both() {
  inbox lines(co_await this_coro::executor, 1);
  lines.try_send(error_code(), "hello");
  try {
    co_await (pause(1s) && lines.async_receive(as_tuple(use_awaitable)));
  } catch (const std::exception&) {  // guilty: empty_catch_around_both
  }
}

awaitable<void> fire_and_forget() {
  const auto executor = co_await this_coro::executor;
  co_spawn(executor, pause(1ms), detached);  // guilty: fire_and_forget
  co_await pause(5ms);
}

awaitable<void> spawned_and_swallowed() {
  const auto executor = co_await this_coro::executor;
  try {
    co_await co_spawn(executor, fetch(1ms), use_awaitable);
  } catch (...) {  // guilty: spawned_and_swallowed
  }
  co_await boost::asio::post(use_awaitable);
}

awaitable<void> stored_and_forgotten() {
  std::exception_ptr failure;
  try {
    co_await fetch(1s);
  } catch (...) {  // guilty: stored_and_forgotten
    failure = std::current_exception();
  }
  co_await pause(1ms);
}

awaitable<void> only_a_flag() {
  bool healthy = true;
  try {
    co_await fetch(1s);
  } catch (...) {  // guilty: only_a_flag
    healthy = false;
  }
  if (healthy) co_await pause(1ms);
}

// The second handler is never reached.
awaitable<void> wrong_order() {
  try {
    co_await fetch(1s);
  } catch (const std::runtime_error&) {  // guilty: wrong_order
  } catch (const boost::system::system_error& e) {
    std::cerr << "fetch: " << e.code() << '\n';
  }
}

awaitable<void> named_and_swallowed() {
  auto later = fetch(1ms);
  co_await pause(5ms);
  try {
    co_await std::move(later);
  } catch (const std::exception& e) {  // guilty: named_and_swallowed
    static_cast<void>(e.what());
  }
}

awaitable<void> retry_gives_up() {
  for (int attempt = 1; attempt <= 3; ++attempt) {
    try {
      co_await pause(attempt * 1ms);
      co_return;
    } catch (const std::exception&) {  // guilty: retry_gives_up
      if (attempt == 1) break;
    }
  }
}

awaitable<void> heartbeat_dies() {
  const auto executor = co_await this_coro::executor;
  const auto beat = std::make_shared<steady_timer>(executor);
  const auto beating = [beat]() -> awaitable<void> {
    for (;;) {
      beat->expires_after(1s);
      co_await beat->async_wait(use_awaitable);
    }
  };
  co_spawn(executor, beating, detached);  // guilty: heartbeat_dies
  co_await fetch(3500ms);
  beat->cancel();
}

namespace {

awaitable<void> child(std::shared_ptr<outcomes> done, steady_timer::duration latency) {
  try {
    co_await pause(latency);
  } catch (...) {  // guilty: fan_out_child
  }
  done->try_send(nullptr);
}

}  // namespace

awaitable<void> fan_out_child() {
  const auto executor = co_await this_coro::executor;
  const auto done = std::make_shared<outcomes>(executor, 3);
  for (int i = 0; i < 3; ++i) co_spawn(executor, child(done, i * 1ms), detached);
  for (int i = 0; i < 3; ++i) co_await done->async_receive(use_awaitable);
}

namespace {

awaitable<int> guess() {
  int got = 0;
  try {
    got = co_await fetch(1s);
  } catch (const std::exception&) {  // guilty: replaced_by_own
  }
  co_await boost::asio::post(co_await this_coro::executor, use_awaitable);
  co_return got;
}

}  // namespace

awaitable<void> replaced_by_own() {
  if (const int got = co_await guess(); got == 0) throw std::logic_error("there is no answer");
}

namespace {

class poller : public std::enable_shared_from_this<poller> {
 public:
  void start(boost::asio::any_io_executor executor) {
    auto polling = [self = shared_from_this()] { return self->poll(); };
    co_spawn(executor, std::move(polling), detached);  // guilty: spawned_member
  }

 private:
  awaitable<void> poll() {
    while (++polled_ < 4) co_await pause(1ms);
  }
  int polled_ = 0;
};

}  // namespace

awaitable<void> spawned_member() {
  std::make_shared<poller>()->start(co_await this_coro::executor);
  co_await pause(1s);
}

}  // namespace lossy
}  // namespace corpus::joins
