// SPDX-License-Identifier: BSL-1.0
//
// The entry points of the Itanium C++ ABI for exceptions, defined once more in front of the
// runtime's. This file throws nothing, catches nothing and uses neither operator new nor static
// constructors and destructors: it must work before main, after it, and under injected allocation
// failures.
#include "cofault/detail/exception_hooks.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <type_traits>
#include <utility>

namespace cofault::detail {
namespace {

using destructor = void(void*);

// Unlike libc++'s std::mutex it has no destructor to run before the last exception.
struct spin_lock {
  void lock() noexcept {
    while (flag.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() noexcept { flag.clear(std::memory_order_release); }
  std::atomic_flag flag;
};

// The destructors that on_death stands in for, by exception object.
class destructor_table {
 public:
  // False without memory: then the death of this object goes unseen.
  bool put(const void* object, destructor* original) noexcept {
    shard& in = shard_of(object);
    const std::lock_guard lock(in.lock);
    if (entry* const stale = *find(in, object)) {
      // Of an object whose copy threw in make_exception_ptr: it was freed without its destructor.
      stale->original = original;
      return true;
    }
    entry* fresh = in.spare ? in.spare : static_cast<entry*>(std::malloc(sizeof(entry)));
    if (!fresh) return false;
    if (in.spare) in.spare = in.spare->next;
    in.live = new (fresh) entry{object, original, in.live};
    return true;
  }

  destructor* take(const void* object) noexcept {
    shard& in = shard_of(object);
    const std::lock_guard lock(in.lock);
    entry** const place = find(in, object);
    entry* const found = *place;
    if (!found) return nullptr;
    *place = found->next;
    found->next = std::exchange(in.spare, found);
    return found->original;
  }

 private:
  struct entry {
    const void* object;
    destructor* original;
    entry* next;
  };
  struct shard {
    spin_lock lock;
    entry* live = nullptr;
    entry* spare = nullptr;  // so that only a new record of objects alive allocates
  };

  shard& shard_of(const void* object) noexcept {
    const auto mixed =
        static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(object)) * 0x9E3779B97F4A7C15U;
    return shards_[mixed >> 56U];
  }
  static entry** find(shard& in, const void* object) noexcept {
    entry** place = &in.live;
    while (*place && (*place)->object != object) place = &(*place)->next;
    return place;
  }

  std::array<shard, 256> shards_{};
};
constinit destructor_table originals;

struct delivery {
  const void* object;
  int handlers;  // how many were open when it began
};

// An exception leaves exactly the handlers that were opened before it began. Exceptions in flight
// nest (one thrown by a destructor during unwinding is caught before that destructor returns), so a
// stack tells for the end of every handler whether, and by which exception, it is left.
struct thread_state {
  exception_observer* active = nullptr;  // the installed one, null while it is being told something
  exception_observer* installed = nullptr;
  bool telling = false;
  bool listens = false;  // the installed one has heard of an exception
  int handlers = 0;      // open ones; below zero in those that were open before the installation
  std::size_t depth = 0;
  std::array<delivery, 12> in_flight{};  // deeper nesting is forgotten
  const void* dying = nullptr;           // its destructor runs
  const void* raising = nullptr;         // told by on_raise already (libc++)

  void begin(const void* object) noexcept {
    if (depth < in_flight.size()) in_flight[depth++] = {object, handlers};
  }
  bool flies(const void* object) const noexcept {
    return depth > 0 && in_flight[depth - 1].object == object;
  }
  // What leaves the innermost open handler, if it ends now.
  const void* leaves_handler() const noexcept {
    const bool begun_in_it = depth > 0 && in_flight[depth - 1].handlers >= handlers;
    return begun_in_it ? in_flight[depth - 1].object : nullptr;
  }
};
constinit thread_local thread_state self;

// The process has one terminate handler: ours stands in front of it while the observer of any
// thread has heard of an exception, and so of those that are born then. To set it for each observer
// would cost more than what most of them hear, which is nothing.
constinit spin_lock terminate_lock;
constinit int listeners = 0;
constinit std::atomic<std::terminate_handler> terminate_before = nullptr;

void on_terminate();

void count_listeners(int change) noexcept {
  const std::lock_guard lock(terminate_lock);
  listeners += change;
  const bool ours = std::get_terminate() == on_terminate;
  if (listeners > 0 && !ours) terminate_before = std::set_terminate(on_terminate);
  if (listeners == 0 && ours) std::set_terminate(terminate_before);
}

[[gnu::cold]] void listen() noexcept {
  self.listens = true;
  count_listeners(+1);
}

template <typename Event>
void tell(Event event) noexcept {
  exception_observer* const observer = std::exchange(self.active, nullptr);
  if (!observer) return;
  if (!self.listens) listen();
  self.telling = true;
  event(*observer);
  self.telling = false;
  self.active = self.installed;
}

// Both libraries' exception_ptr is one pointer, passed by address.
static_assert(sizeof(std::exception_ptr) == sizeof(void*) &&
              !std::is_trivially_copyable_v<std::exception_ptr>);

const void* object_of(const std::exception_ptr& exception) noexcept {
  const void* object = nullptr;
  std::memcpy(static_cast<void*>(&object), static_cast<const void*>(&exception), sizeof object);
  return object;
}

// Null for foreign exceptions, too.
const void* handled() noexcept { return object_of(std::current_exception()); }

void on_death(void* object) {
  destructor* const original = originals.take(object);
  const void* const inside = self.dying;
  tell([&](exception_observer& observer) { observer.died(object, inside); });
  self.dying = object;
  if (original) original(object);
  self.dying = inside;
}

destructor* stand_in(const void* object, destructor* original) noexcept {
  return originals.put(object, original) ? on_death : original;
}

void on_terminate() {
  // The runtime begins to catch it first; another one that it met while unwinding still flies.
  const void* const flying = self.leaves_handler();
  const void* const object = flying != nullptr ? flying : handled();
  tell([&](exception_observer& observer) { observer.terminating(object); });
  // Only once: a handler that was set over ours may call it, and ours that one, for ever.
  if (const auto before = terminate_before.exchange(nullptr)) before();
  std::abort();
}

}  // namespace

exception_observer* observe_exceptions(exception_observer* observer) noexcept {
  exception_observer* const previous = std::exchange(self.installed, observer);
  if (!self.telling) self.active = observer;
  if (!previous && observer) {
    self.handlers = 0;  // what happened while nobody looked is unknown
    self.depth = 0;
  }
  if (!observer && std::exchange(self.listens, false)) count_listeners(-1);
  return previous;
}

unheard::unheard() noexcept : before_(std::exchange(self.active, nullptr)) {}
unheard::~unheard() { self.active = before_; }

// The hooks. Each calls on in tail position: a frame of ours in the way would be unwound with the
// others. They are named by asm labels, so that the compiler's own declarations of these functions
// do not matter.
#ifdef COFAULT_STATIC_RUNTIME
#define COFAULT_HOOK(name, symbol, ...)                                                     \
  using name##_function = __VA_ARGS__;                                                      \
  name##_function next_##name __asm__("__real_" symbol);                                    \
  __attribute__((used, noinline, visibility("default"))) name##_function on_##name __asm__( \
      "__wrap_" symbol);
#else
namespace {
template <typename Function>
class next_definition {
 public:
  constexpr explicit next_definition(const char* symbol) : symbol_(symbol) {}

  template <typename... Args>
  [[gnu::always_inline]] auto operator()(Args&&... args) {
    Function* function = found_.load(std::memory_order_relaxed);
    if (!function) function = find();
    return function(std::forward<Args>(args)...);
  }

 private:
  [[gnu::noinline, gnu::cold]] Function* find() noexcept {  // twice at the same time does no harm
    auto* const function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, symbol_));
    if (!function) {
      std::fprintf(
          stderr,
          "cofault: there is no %s behind the exception hooks. A C++ runtime that is linked "
          "statically needs COFAULT_STATIC_RUNTIME.\n",
          symbol_);
      std::abort();
    }
    found_.store(function, std::memory_order_relaxed);
    return function;
  }

  const char* symbol_;
  std::atomic<Function*> found_ = nullptr;
};
}  // namespace

#define COFAULT_HOOK(name, symbol, ...)                                  \
  using name##_function = __VA_ARGS__;                                   \
  static constinit next_definition<name##_function> next_##name{symbol}; \
  __attribute__((used, noinline, visibility("default"))) name##_function on_##name __asm__(symbol);
#endif

COFAULT_HOOK(throw, "__cxa_throw", void(void*, std::type_info*, destructor*))
COFAULT_HOOK(create, "__cxa_init_primary_exception", void*(void*, std::type_info*, destructor*))
COFAULT_HOOK(rethrow, "__cxa_rethrow", void())
COFAULT_HOOK(catch, "__cxa_begin_catch", void*(void*))
COFAULT_HOOK(leave, "__cxa_end_catch", void())
#ifdef _LIBCPP_VERSION
COFAULT_HOOK(raise, "_ZSt17rethrow_exceptionSt13exception_ptr", void(const std::exception_ptr&))
// libc++ calls its rethrow_exception directly in places (rethrow_nested), but always gets here.
COFAULT_HOOK(raise_object, "__cxa_rethrow_primary_exception", void(void*))
#else
COFAULT_HOOK(raise, "_ZSt17rethrow_exceptionNSt15__exception_ptr13exception_ptrE",
             void(const std::exception_ptr&))
#endif

void on_throw(void* object, std::type_info* type, destructor* destroy) {
  if (self.active) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    destroy = stand_in(object, destroy);
    self.begin(object);
    tell([&](exception_observer& observer) { observer.thrown(object, *type, from); });
  }
  return next_throw(object, type, destroy);
}

void* on_create(void* object, std::type_info* type, destructor* destroy) {
  // The runtime's __cxa_throw comes by here, too; no new object has the address of one in flight.
  if (self.active && destroy != on_death && !self.flies(object)) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    destroy = stand_in(object, destroy);
    tell([&](exception_observer& observer) { observer.created(object, *type, from); });
  }
  return next_create(object, type, destroy);
}

void on_rethrow() {
  if (self.active) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    if (const void* const object = handled()) {
      self.begin(object);
      tell([&](exception_observer& observer) { observer.rethrown(object, from); });
    }
  }
  return next_rethrow();
}

void on_raise(const std::exception_ptr& exception) {
  if (self.active && exception) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    const void* const object = object_of(exception);
    self.begin(object);
    tell([&](exception_observer& observer) { observer.raised(object, from); });
    self.raising = object;
  }
  return next_raise(exception);
}

#ifdef _LIBCPP_VERSION
void on_raise_object(void* object) {
  if (std::exchange(self.raising, nullptr) != object && self.active && object) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    self.begin(object);
    tell([&](exception_observer& observer) { observer.raised(object, from); });
  }
  return next_raise_object(object);
}
#endif

void* on_catch(void* exception) {
  if (!self.active) [[likely]]
    return next_catch(exception);
  const void* const from = __builtin_return_address(0);
  void* const adjusted = next_catch(exception);
  const void* const object = handled();
  ++self.handlers;
  if (object && self.flies(object)) --self.depth;
  if (object) tell([&](exception_observer& observer) { observer.caught(object, from); });
  return adjusted;
}

void on_leave() {
  if (self.active) [[unlikely]] {
    const void* const from = __builtin_return_address(0);
    const void* const by = self.leaves_handler();
    --self.handlers;
    if (const void* const object = handled())
      tell([&](exception_observer& observer) { observer.left(object, by, from); });
  }
  return next_leave();
}

}  // namespace cofault::detail
