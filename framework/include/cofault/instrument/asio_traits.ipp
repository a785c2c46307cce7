// SPDX-License-Identifier: BSL-1.0
// Included once for each Asio with COFAULT_ASIO (its namespace), COFAULT_ASIO_RUNTIME and
// COFAULT_ASIO_ERROR_CODE defined. Only declares Asio's templates: the twin of Asio's own
// coroutine_traits is more constrained, so it wins wherever Asio's headers come later.

#include <chrono>
#include <coroutine>
#include <memory>
#include <utility>

#include "cofault/detail/asio_arguments.hpp"
#include "cofault/detail/wait_time.hpp"
#include "cofault/instrument.hpp"

template <typename T, typename Executor, typename... Args>
requires(sizeof...(Args) + 1 >
         0) struct std::coroutine_traits<COFAULT_ASIO::awaitable<T, Executor>, Args...> {
  using promise_type =
      cofault::detail::promise<COFAULT_ASIO::awaitable<T, Executor>,
                               COFAULT_ASIO::detail::awaitable_frame<T, Executor>, Args...>;
};

namespace cofault::detail {

template <class T, class Executor>
inline constexpr bool is_instrumented<COFAULT_ASIO::awaitable<T, Executor>> = true;

template <class T, class Executor>
struct promise_traits<COFAULT_ASIO::detail::awaitable_frame<T, Executor>> {
  using promise = COFAULT_ASIO::detail::awaitable_frame<T, Executor>;
  using base = COFAULT_ASIO::detail::awaitable_frame_base<Executor>;
  static constexpr runtime where = runtime::COFAULT_ASIO_RUNTIME;

  // Newer versions start an operation when the suspended coroutine has returned to its resumer: the
  // promise keeps a pointer to what the resumer will do then.
  static constexpr bool starts_later = requires(promise & p, void (*fn)(void*)) {
    p.after_suspend(fn, nullptr);
  };
  static void mark_initiation(promise& suspended, frame& f) {
    struct access : base {  // to a protected member
      static auto& later(base& b) { return *(b.*(&access::resume_context_)); }
    };
    auto& later = access::later(suspended);
    if (later.after_suspend_fn_ == nullptr) return;
    f.start = later.after_suspend_fn_;
    f.start_argument = later.after_suspend_arg_;
    suspended.after_suspend(
        [](void* suspended_frame) {
          const frame& starting = *static_cast<frame*>(suspended_frame);
          const initiation started(starting);
          starting.start(starting.start_argument);
        },
        &f);
  }

  using executor = Executor;
  static Executor executor_of(promise& running) {
    struct access : base {  // to a protected member
      static auto* thread(base& b) { return b.*(&access::attached_thread_); }
    };
    return access::thread(running)->get_executor();
  }

  // Takes the stack of coroutines over from the thread that pumps it, as an operation would that
  // never completes. Newer versions want that done only after the suspension.
  static void park(promise& parked) {
    if constexpr (starts_later)
      parked.after_suspend([](void* frame) { take(static_cast<base*>(frame)); },
                           static_cast<base*>(&parked));
    else
      take(&parked);
  }

 private:
  static void take(base* frame) {
    using thread = COFAULT_ASIO::detail::awaitable_thread<Executor>;
    hold_parked(std::make_shared<thread>(std::move(*frame->detach_thread())));
  }
};

// as_tuple: the result starts with the error code.
template <template <class...> class Tuple, class... Ts>
struct code_result<Tuple<COFAULT_ASIO_ERROR_CODE, Ts...>> {
  static constexpr bool carries_code = requires(Tuple<COFAULT_ASIO_ERROR_CODE, Ts...> t) {
    get<0>(t);
  };
  static void* address(Tuple<COFAULT_ASIO_ERROR_CODE, Ts...>& result) { return &get<0>(result); }
};

// The handler of a spawned chain: where it can be cancelled. A slot holds nothing but the address of
// its signal.
template <class Handler>
requires requires(const Handler& h) {
  { h.get_cancellation_slot() } -> std::same_as<COFAULT_ASIO::cancellation_slot>;
}
struct slot_argument<Handler> {
  static void* slot(const Handler& handler) {
    const auto found = handler.get_cancellation_slot();
    static_assert(sizeof(found) == sizeof(void*));
    void* signal = nullptr;
    __builtin_memcpy(&signal, &found, sizeof signal);
    return signal;
  }
};

// Asio's entry point of a spawned chain takes a null pointer that gives the type, and the executor.
// Newer versions hide that, and need not be asked: what is requested of a chain keeps it alive.
template <class T, class Executor>
struct executor_argument<COFAULT_ASIO::awaitable<T, Executor>*> {
  static const char* name(const auto&...) { return ""; }
  static const char* name(const Executor& executor, const auto&...) {
    if constexpr (requires { executor.target_type(); })
      return executor.target_type().name();
    else
      return type_text<Executor>();
  }
};

// redirect_error: its initiation holds a reference to the caller's error code. In newer versions a
// pointer to that comes behind it.
template <>
struct code_argument<COFAULT_ASIO_ERROR_CODE*> {
  static void* address(COFAULT_ASIO_ERROR_CODE* code) { return code; }
};
template <class Initiation>
requires requires(Initiation& i) {
  i.initiation_;
  { i.ec_ } -> std::same_as<COFAULT_ASIO_ERROR_CODE&>;
}
struct code_argument<Initiation> {
  static void* address(Initiation& initiation) { return &initiation.ec_; }
};

}  // namespace cofault::detail

// Awaited as it is, such an operation throws the error that it completes with, and nothing else: its
// code may go elsewhere (redirect_error), or there is none (a parallel group).
template <class... Ts, class Initiation, class... Args>
inline constexpr bool
    cofault::can_fail<COFAULT_ASIO::deferred_async_operation<void(Ts...), Initiation, Args...>> =
        cofault::detail::tells_of_failure<COFAULT_ASIO_ERROR_CODE, Ts...>;

// The documented customisation point through which Asio's timer queues tell how long they would
// wait for the earliest timer.
#define COFAULT_WAIT_TRAITS(clock)                                        \
  template <>                                                             \
  struct COFAULT_ASIO::wait_traits<clock> {                               \
    static clock::duration to_wait_duration(const clock::duration& d) {   \
      return cofault::detail::wait_duration(d);                           \
    }                                                                     \
    static clock::duration to_wait_duration(const clock::time_point& t) { \
      return cofault::detail::wait_until(t);                              \
    }                                                                     \
  }
COFAULT_WAIT_TRAITS(std::chrono::steady_clock);
COFAULT_WAIT_TRAITS(std::chrono::system_clock);
#undef COFAULT_WAIT_TRAITS
