// SPDX-License-Identifier: BSL-1.0
// The posts with what a plan of faults needs of such a run, written by hand: a world made for it,
// an event loop that is stopped behind each piece of work, a root that can be cancelled; and of
// each await its place, whose it is, for whom that runs, and which of its visits.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cofault/event.hpp>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <source_location>
#include <utility>
#include <vector>

#include "asio_peer.hpp"

namespace bench::by_hand {

using cofault::event_kind;
namespace asio = boost::asio;

struct coroutine {
  std::uint32_t number = 0;
  coroutine* made_by = nullptr;
  std::uint32_t place = 0, visit = 0;               // where it stands
  std::pair<std::uint32_t, std::uint32_t> first{};  // place, visits
  std::vector<std::pair<std::uint32_t, std::uint32_t>> others;
};

inline std::vector<cofault::event> records;  // of one run
inline std::vector<std::source_location> places;
inline std::uint32_t coroutines = 0;
inline coroutine* running = nullptr;

inline void record(event_kind kind, const coroutine& of) {
  records.push_back({kind, of.number, of.place, 0, of.visit, 0});
}

inline std::uint32_t place_of(const std::source_location& here) {
  for (std::uint32_t i = 0; i < places.size(); ++i)
    if (places[i].line() == here.line() && places[i].column() == here.column() &&
        places[i].file_name() == here.file_name() &&
        places[i].function_name() == here.function_name())
      return i;
  places.push_back(here);
  return static_cast<std::uint32_t>(places.size() - 1);
}

inline void arrive(coroutine& who, const std::source_location& here) {
  who.place = place_of(here);
  if (who.first.second == 0) who.first.first = who.place;
  if (who.first.first == who.place) return void(who.visit = ++who.first.second);
  for (auto& [place, visits] : who.others)
    if (place == who.place) return void(who.visit = ++visits);
  who.others.emplace_back(who.place, who.visit = 1);
}

// Around the awaiter that Asio makes.
template <class Frame, class Awaitable>
struct named_awaiter {
  coroutine& who;
  Awaitable of;

  bool await_ready() { return of.await_ready(); }
  auto await_suspend(std::coroutine_handle<> h) {
    record(event_kind::suspended, who);
    running = nullptr;
    return of.await_suspend(std::coroutine_handle<Frame>::from_address(h.address()));
  }
  decltype(auto) await_resume() {
    running = &who;
    record(event_kind::resumed, who);
    return of.await_resume();
  }
};

template <class T, class Executor>
class named_frame : public asio::detail::awaitable_frame<T, Executor> {
  using frame = asio::detail::awaitable_frame<T, Executor>;

 public:
  named_frame() : who_{++coroutines, running, 0, 0, {}, {}} { record(event_kind::created, who_); }
  ~named_frame() { record(event_kind::destroyed, who_); }

  auto final_suspend() noexcept {
    record(event_kind::returned, who_);
    running = nullptr;
    return frame::final_suspend();
  }
  template <class A>
  auto await_transform(A&& operand,
                       const std::source_location& here = std::source_location::current()) {
    arrive(who_, here);
    record(event_kind::arrived, who_);
    using awaitable = decltype(frame::await_transform(std::forward<A>(operand)));
    return named_awaiter<frame, awaitable>{who_, frame::await_transform(std::forward<A>(operand))};
  }

 private:
  coroutine who_;
};

}  // namespace bench::by_hand

template <class T, class Executor, class... Args>
  requires(sizeof...(Args) + 1 > 0)
struct std::coroutine_traits<boost::asio::awaitable<T, Executor>, Args...> {
  using promise_type = bench::by_hand::named_frame<T, Executor>;
};

#include "asio_program.hpp"

namespace bench::by_hand {
namespace {

struct world {
  asio::io_context context{1};
  asio::cancellation_signal cancel;
  std::uint32_t completions = 0;
};

const std::function<std::unique_ptr<world>()> make = [] {
  auto w = std::make_unique<world>();
  asio::co_spawn(
      w->context, bench::posts(w->context.get_executor()),
      asio::bind_cancellation_slot(w->cancel.slot(),
                                   [w = w.get()](std::exception_ptr, int) { ++w->completions; }));
  return w;
};

}  // namespace
}  // namespace bench::by_hand

int bench_peer_named_posts() {
  using namespace bench::by_hand;
  records.clear();
  coroutines = 0;
  const auto w = make();
  while (w->context.poll_one() > 0) {
  }
  return w->completions == 1 && coroutines >= bench::asio_awaits ? bench::asio_awaits : 0;
}
