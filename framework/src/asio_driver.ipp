// SPDX-License-Identifier: BSL-1.0
// The driver for one Asio, see boost_asio.cpp and asio.cpp.

#include <exception>
#include <optional>
#include <vector>

#include "cofault/detail/runtime_errors.hpp"
#include "cofault/detail/wait_time.hpp"
#include "other_threads.hpp"
#include "reactor.hpp"
#include "thrown_part.hpp"

namespace cofault::detail::COFAULT_ASIO_NAME {
namespace {

using error_code = COFAULT_ASIO_SYSTEM::error_code;

error_code code_of(io_error error) {
  namespace asio_error = COFAULT_ASIO::error;
  switch (error) {
    case io_error::eof:
      return asio_error::eof;
    case io_error::failed:
    case io_error::reset:
      return asio_error::connection_reset;
    case io_error::refused:
      return asio_error::connection_refused;
    case io_error::pipe:
      return asio_error::broken_pipe;
    case io_error::no_memory:
      return asio_error::no_memory;
    case io_error::no_descriptors:
      return asio_error::no_descriptors;
    case io_error::host_not_found:
      return asio_error::host_not_found;
    case io_error::timed_out:
      return asio_error::timed_out;
    case io_error::closed:
      return COFAULT_ASIO::experimental::error::channel_closed;
  }
  return asio_error::fault;
}

unthrown exception(io_error error) {
  return make_unthrown(COFAULT_ASIO_SYSTEM::system_error(code_of(error), "injected by cofault"));
}

void assign(io_error error, void* code) { *static_cast<error_code*>(code) = code_of(error); }

std::uint32_t flags_of(const error_code& code) {
  namespace channel = COFAULT_ASIO::experimental::error;
  if (code == COFAULT_ASIO::error::operation_aborted || code == channel::channel_cancelled)
    return exception_cancels;
  if (code == COFAULT_ASIO::error::eof || code == channel::channel_closed) return exception_ends;
  return 0;
}

// A join of joins holds what the inner one threw.
std::uint32_t flags_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const COFAULT_ASIO_SYSTEM::system_error& e) {
    return flags_of(e.code());
  } catch (const COFAULT_ASIO::multiple_exceptions& all) {
    return flags_of(all.first_exception());
  } catch (...) {
    return 0;
  }
}

std::uint32_t classify(const std::type_info& type, const void* object) {
  using several = COFAULT_ASIO::multiple_exceptions;
  using with_code = COFAULT_ASIO_SYSTEM::system_error;
  if (const void* error = thrown_part(type, object, typeid(with_code)))
    return flags_of(static_cast<const with_code*>(error)->code());
  if (const void* all = thrown_part(type, object, typeid(several)))
    return exception_several | flags_of(static_cast<const several*>(all)->first_exception());
  return 0;
}

std::exception_ptr held(const std::type_info& type, const void* object) {
  using several = COFAULT_ASIO::multiple_exceptions;
  const void* all = thrown_part(type, object, typeid(several));
  return all == nullptr ? nullptr : static_cast<const several*>(all)->first_exception();
}

std::uint64_t code(const std::type_info& type, const void* object) {
  using with_code = COFAULT_ASIO_SYSTEM::system_error;
  const void* const error = thrown_part(type, object, typeid(with_code));
  return error == nullptr ? 0 : stand_for(static_cast<const with_code*>(error)->code());
}

COFAULT_ASIO::cancellation_type type_of(cancel_strength how) {
  switch (how) {
    case cancel_strength::partial:
      return COFAULT_ASIO::cancellation_type::partial;
    case cancel_strength::total:
      return COFAULT_ASIO::cancellation_type::total;
    case cancel_strength::terminal:
      break;
  }
  return COFAULT_ASIO::cancellation_type::terminal;
}

// A slot is the address of its signal, whose only member is what the slot points to.
void emit(void* slot, cancel_strength how) {
  static_assert(std::is_standard_layout_v<COFAULT_ASIO::cancellation_signal> &&
                sizeof(COFAULT_ASIO::cancellation_signal) == sizeof(void*));
  static_cast<COFAULT_ASIO::cancellation_signal*>(slot)->emit(type_of(how));
}

const bool registered = (register_errors(runtime::COFAULT_ASIO_RUNTIME,
                                         {exception, classify, assign, emit, held, code}),
                         true);

// Work of the event loop on this thread, for as long as it lives: what is dispatched to the loop
// happens at once, and what is posted goes behind all that is ready, as from a handler.
class loop_work {
 public:
  explicit loop_work(COFAULT_ASIO::io_context& of)
      : loop_(COFAULT_ASIO::use_service<scheduler>(of)), on_stack_(std::in_place, &loop_, own_) {}
  ~loop_work() {
    on_stack_.reset();
    for (; own_.private_outstanding_work > 0; --own_.private_outstanding_work) loop_.work_started();
    loop_.post_deferred_completions(own_.private_op_queue);
  }
  loop_work(const loop_work&) = delete;
  loop_work& operator=(const loop_work&) = delete;

  // What has left a handler that was dispatched.
  std::exception_ptr exception() {
    try {
      own_.rethrow_pending_exception();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

 private:
  using scheduler = COFAULT_ASIO::detail::io_context_impl;
  struct thread_context : COFAULT_ASIO::detail::thread_context {
    using on_stack = thread_call_stack::context;
  };

  scheduler& loop_;
  COFAULT_ASIO::detail::scheduler_thread_info own_ = {};
  std::optional<thread_context::on_stack> on_stack_;
};

}  // namespace

struct asio_driver::world : reused {
  other_threads::watch watched;
  COFAULT_ASIO::cancellation_signal cancellation;  // of the root; goes last
  COFAULT_ASIO::io_context context{1};
  std::vector<std::shared_ptr<void>> parked;
  bool idle = false;     // the last poll found nothing
  bool reactor = false;  // there is one

  // A context that has run out of work is stopped, and stays so.
  bool step() {
    bool ran = context.poll_one() > 0;
    if (!ran && context.stopped()) {
      context.restart();
      ran = context.poll_one() > 0;
    }
    idle = !ran;
    return ran;
  }
  // Without timers and descriptors nothing only waits to be looked at.
  bool has_reactor() {
    return reactor || (reactor = COFAULT_ASIO::has_service<COFAULT_ASIO::detail::reactor>(context));
  }
};

asio_driver::asio_driver(std::function<void(executor)> launch)
    : launch_(std::move(launch)), world_(std::make_unique<world>()) {
  static_cast<void>(registered);
  other_threads::hold_answers(true);
}

// The context joins the resolver's thread.
asio_driver::~asio_driver() { other_threads::hold_answers(false); }

// Whoever asks may start something there: it is worth a look again.
asio_driver::executor asio_driver::get_executor() {
  world_->idle = false;
  return world_->context.get_executor();
}

COFAULT_ASIO::cancellation_slot asio_driver::get_cancellation_slot() {
  return world_->cancellation.slot();
}

void asio_driver::start() {
  launch_(get_executor());
  reactor::stepped();
}

// Outside of the loop Asio queues what is asked of a spawned chain behind what is ready, which may
// end that chain (chriskohlhoff/asio #1332).
void asio_driver::within(const std::function<void()>& request) {
  if (get_executor().running_in_this_thread()) return request();
  loop_work inside(world_->context);
  request();
  reactor::stepped();
  if (const auto error = inside.exception())  // it leaves the loop's run()
    COFAULT_ASIO::post(world_->context, [error] { std::rethrow_exception(error); });
}

bool asio_driver::cancel(cancel_strength how) {
  world_->cancellation.emit(type_of(how));
  return true;
}

void asio_driver::stop() { world_->context.stop(); }

// Asio keeps its queue to itself: it is empty when a poll says so.
std::size_t asio_driver::choices() { return world_->idle ? 0 : 1; }

bool asio_driver::run(std::size_t) {
  reactor::let_others_rest();
  const bool ran = world_->step();
  if (ran) reactor::stepped();
  return ran;
}

// The queue is empty but for the reactor, which is behind nothing: a piece of work of our own makes
// a poll look at the reactor and then run that. What has become ready is queued behind it.
void asio_driver::settle() {
  noted_deadline(true);  // the timers are asked for their earliest expiry
  if (!world_->has_reactor()) return;
  reactor::look_at_timers();
  COFAULT_ASIO::post(world_->context, [] {});
  world_->step();
}

std::optional<virtual_time> asio_driver::next_deadline() {
  const virtual_time deadline = noted_deadline(false);
  if (deadline < 0 || reactor::others_work()) return std::nullopt;
  return deadline;
}

void asio_driver::jumped() { world_->idle = false; }

bool asio_driver::wait_outside() {
  world_->idle = false;
  return reactor::wait_outside();
}

void asio_driver::park(std::shared_ptr<void> held) { world_->parked.push_back(std::move(held)); }

void asio_driver::teardown() {
  other_threads::hold_answers(false);
  // What they work at may be for this world.
  reactor::stepped();
  reactor::let_others_rest();
  // Parked coroutines unwind through the executor: while there still is one.
  world_->parked.clear();
  world_.reset();
}

}  // namespace cofault::detail::COFAULT_ASIO_NAME
