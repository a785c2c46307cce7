// SPDX-License-Identifier: BSL-1.0
#pragma once

// What runs beside the thread that drives a run: a resolver's thread, for example. What it hands
// over belongs to the moment at which it was asked.
namespace cofault::detail::other_threads {

// Whether there may have been any so far; whether there are; whether one looks up a name.
bool ever_existed();
bool exist();
bool look_up();

// As long as it lives, to ask for other threads on this one is cheap. In the process that made it.
class watch {
 public:
  watch();
  ~watch();
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
};

// What a thread does: waits for other threads, or for what an event loop would wait for; waits for
// something else outside of the process; sleeps for a while; runs. Each is nearer to handing
// something over than the one before.
enum class activity { none, blocked, sleeping, running };
struct sight {
  activity most;  // of those that count
  bool all_wait;  // whoever counts or not
  bool any;       // there are some
};
// Who does what it was given up on for, or less, does not count. At last who is blocked does.
sight look(bool at_last = false);
// Those that did this at the last look are given up on.
void give_up_on(activity what);

// From now on the turns are counted that each of them gets on a processor.
void count_turns();
// Those that sleep again and again are given up on, for sleeping. False: there are none.
bool give_up_on_tickers();

// From now on, or no longer: what another thread looks up (async_resolve) is held back.
void hold_answers(bool back);
// Lets one such answer go, if there are any. The thread runs then, until it has handed it over.
void let_one_answer_go();

// In real time.
void short_pause();

}  // namespace cofault::detail::other_threads
