// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <typeinfo>

namespace cofault::detail {

// Hears what the C++ runtime does with exceptions on the thread that installed it, in the order it
// happens.
//
// `object` is the identity of an exception: the pointer inside std::current_exception(), the same
// for every event of one exception object, whatever type it was caught as and however often it was
// rethrown. An address is used again once its exception has died. `from` is the return address of
// the call into the runtime, so it lies behind the place it stands for: look up `from - 1`.
//
// What is not C++ (forced unwinding by pthread_exit, foreign exceptions) passes unreported, and a
// handler that it leaves counts as left normally. What a callback throws and catches itself, or
// lets die, is not reported either. The callbacks run inside the runtime: an exception that leaves
// one ends the program. They may use the heap.
class exception_observer {
 public:
  // `throw expression`: a new object, constructed, goes into flight.
  virtual void thrown(const void* object, const std::type_info& type,
                      const void* from) noexcept = 0;

  // std::make_exception_ptr: a new object that is in nobody's flight. It is *about to be*
  // constructed: do not look into it. If its constructor throws it never lived and does not die.
  virtual void created(const void* object, const std::type_info& type,
                       const void* from) noexcept = 0;

  // `throw;`: the object being handled goes into flight again. The handler is left by it, unless a
  // handler inside the handler stops it first: left() tells.
  virtual void rethrown(const void* object, const void* from) noexcept = 0;

  // std::rethrow_exception: an object goes into flight again, in a new delivery. Handlers that are
  // open for earlier deliveries of it stay open. For libc++'s rethrow_nested `from` is in libc++.
  virtual void raised(const void* object, const void* from) noexcept = 0;

  // A handler was entered, and the delivery that the object was in came to its end. `from` is in
  // the handler. The runtime itself "catches" what no handler takes or what reaches a noexcept:
  // then terminating() follows.
  virtual void caught(const void* object, const void* from) noexcept = 0;

  // The innermost open handler, one for `object`, ended. `by` is the exception in flight that
  // leaves it: null: none, the handler ended normally (its end, return, break, goto); `object`
  // itself: the exception goes on; any other: that one took its place. `from` may lie in a *caller*
  // of the handler's function, since compilers turn the last call of a function into a jump: the
  // `from` of caught() names the handler.
  virtual void left(const void* object, const void* by, const void* from) noexcept = 0;

  // The object is about to be destroyed (it can still be looked at), heard on the thread on which
  // it dies. `inside` is the exception object whose destructor is running on this thread, one that
  // carried it, or null. Reported for objects that were thrown or created while an observer was
  // installed, on whatever thread.
  virtual void died(const void* object, const void* inside) noexcept = 0;

  // std::terminate was called on this thread; `object` is in flight or, if none is, being handled,
  // or null. Unseen: a std::terminate before the observer has heard of any exception, or after the
  // program replaced the terminate handler behind that, and that of an exception thrown before any
  // observer was installed (the exception remembers the handler of its birth).
  virtual void terminating(const void* object) noexcept = 0;

 protected:
  ~exception_observer() = default;
};

// Installs `observer` for the calling thread, null for none, and returns the one before; it must
// outlive its stay. Without one an exception costs a thread-local load and a branch for each step.
//
// Whoever calls this has the hooks: they are in the same object file, so a static library yields
// both. They replace `__cxa_throw` and its kin for the whole program, its shared libraries
// included, and call on to the next definition. Install outside of handlers and of unwinding:
// handlers that are left by an exception thrown before the installation count as left normally.
//
// With a static C++ runtime (-static-libstdc++) the definitions would collide. Compile
// exception_hooks.cpp with -DCOFAULT_STATIC_RUNTIME there, and link the program with -Wl,--wrap=…
// for each symbol that a COFAULT_HOOK in it names. What shared libraries do with a C++ runtime of
// their own, and what the runtime calls within one of its own object files, is then not seen.
exception_observer* observe_exceptions(exception_observer* observer) noexcept;

// While it lives the observer of this thread hears nothing: for what cofault throws and catches.
class unheard {
 public:
  unheard() noexcept;
  unheard(const unheard&) = delete;
  unheard& operator=(const unheard&) = delete;
  ~unheard();

 private:
  exception_observer* before_;
};

}  // namespace cofault::detail
