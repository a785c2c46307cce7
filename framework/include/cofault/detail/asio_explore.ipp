// SPDX-License-Identifier: BSL-1.0
// Included once for each Asio with COFAULT_ASIO (its namespace) and COFAULT_ASIO_NAME (a name for
// ours) defined, behind its headers.

namespace cofault {
namespace detail::COFAULT_ASIO_NAME {

// A world with an io_context in virtual time. The root is a coroutine spawned on it.
class asio_driver : public driver, public reused {
 public:
  using executor = COFAULT_ASIO::io_context::executor_type;

  // `launch` calls the body with the executor and spawns the root.
  explicit asio_driver(std::function<void(executor)> launch);
  ~asio_driver() override;

  void start() override;
  std::size_t choices() override;
  bool run(std::size_t i) override;
  void settle() override;
  std::optional<virtual_time> next_deadline() override;
  void jumped() override;
  bool wait_outside() override;
  void within(const std::function<void()>& request) override;
  bool cancel(cancel_strength how) override;
  void stop() override;
  void park(std::shared_ptr<void> held) override;
  void teardown() override;

  executor get_executor();
  COFAULT_ASIO::cancellation_slot get_cancellation_slot();  // of the root

 private:
  struct world;
  std::function<void(executor)> launch_;
  std::unique_ptr<world> world_;
};

template <class T>
struct is_awaitable : std::false_type {};
template <class T, class Executor>
struct is_awaitable<COFAULT_ASIO::awaitable<T, Executor>> : std::true_type {
  using result = T;
};

template <class Body>
concept body_with_executor = std::invocable<Body&, asio_driver::executor>;
template <class Body>
concept body_alone = std::invocable<Body&> && !body_with_executor<Body> &&
                     is_awaitable<std::invoke_result_t<Body&>>::value;

struct root_handler {
  using cofault_root = void;  // what it is the handler of is the root
  using cancellation_slot_type = COFAULT_ASIO::cancellation_slot;
  cancellation_slot_type get_cancellation_slot() const noexcept {
    auto* const world = static_cast<asio_driver*>(current_driver());  // it has spawned the root
    return world == nullptr ? cancellation_slot_type() : world->get_cancellation_slot();
  }

  void operator()(std::exception_ptr error) const { root_completed(error); }
  template <class T>
  void operator()(std::exception_ptr error, T&& result) const {
    if constexpr (std::equality_comparable<std::decay_t<T>>)
      if (!error) observe(result);
    root_completed(error);
  }
};

template <class Answer>
struct probe_handler {
  static_assert(std::equality_comparable<Answer> && std::copy_constructible<Answer>,
                "cofault: a probe's answer is compared with the one it gives without faults; "
                "return a type that can be copied and has operator==");
  probe_done done;
  void operator()(std::exception_ptr error, Answer answer) const {
    done(error ? probe_result::threw
               : compare_answer(std::any(std::move(answer)), same_answer<Answer>));
  }
};
template <>
struct probe_handler<void> {
  probe_done done;
  void operator()(std::exception_ptr error) const {
    done(error ? probe_result::threw : probe_result::passed);
  }
};

}  // namespace detail::COFAULT_ASIO_NAME

// Explores `body(executor)` or `body()`, which returns the root: an awaitable. `executor` converts
// to any_io_executor.
template <detail::COFAULT_ASIO_NAME::body_with_executor Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  namespace here = detail::COFAULT_ASIO_NAME;
  using root = std::invoke_result_t<Body&, here::asio_driver::executor>;
  static_assert(here::is_awaitable<root>::value,
                "cofault: the body must return its root, an awaitable<T>: write "
                "[](auto executor) -> awaitable<void> { … }");
  const driver_factory factory = [&body] {
    return std::make_unique<here::asio_driver>([&body](here::asio_driver::executor executor) {
      auto started = body(executor);
      detail::note_root(&started, sizeof started);
      COFAULT_ASIO::co_spawn(executor, std::move(started), here::root_handler());
    });
  };
  return explore(factory, how, caller);
}
template <detail::COFAULT_ASIO_NAME::body_alone Body>
exploration explore(Body body, const options& how = options(),
                    std::source_location caller = std::source_location::current()) {
  using executor = detail::COFAULT_ASIO_NAME::asio_driver::executor;
  return explore([&body](const executor&) { return body(); }, how, caller);
}

// Called in the body: once the root has completed, `question()` (a coroutine) is run in the same
// world, without faults. It must complete, and with the answer that it gives when no fault was
// injected at all. What it refers to must live as long as the world: capture a shared_ptr.
template <std::invocable Question>
requires detail::COFAULT_ASIO_NAME::is_awaitable<std::invoke_result_t<Question&>>::value void probe(
    Question question) {
  namespace here = detail::COFAULT_ASIO_NAME;
  using answer = typename here::is_awaitable<std::invoke_result_t<Question&>>::result;
  detail::add_probe([question = std::move(question)](detail::probe_done done) mutable {
    auto* world = dynamic_cast<here::asio_driver*>(detail::current_driver());
    if (world == nullptr) throw std::logic_error("cofault: the probe belongs to another runtime");
    // The spawned chain owns the question, and with it what the question captured.
    COFAULT_ASIO::co_spawn(world->get_executor(), std::move(question),
                           here::probe_handler<answer>{std::move(done)});
  });
}

}  // namespace cofault
