// SPDX-License-Identifier: BSL-1.0
// What never wakes up, never ends, or dies.
#include <coroutine>
#include <exception>
#include <iostream>
#include <optional>

#include "../support/task.hpp"
#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- Who should wake the others up fails before.

struct settings {
  event loaded;
  std::optional<int> port;
};

template <bool Fixed>
task<> load(settings& s) {
  try {
    s.port = co_await ask("the port", 80);
    s.loaded.set();
  } catch (const std::exception& e) {
    std::clog << "no settings: " << e.what() << '\n';
  }
  if constexpr (Fixed) s.loaded.set();
}

task<> bind(settings& s) {
  co_await s.loaded.wait();  // culprit: never_woken
  if (s.port) co_await call("bind the port");
}

template <bool Fixed>
task<> start() {
  settings s;
  co_await both(load<Fixed>(s), bind(s));
}

// ---- A retry that never gives up.

template <bool Fixed>
task<> reconnect() {
  for (int attempt = 1;; ++attempt) {
    try {
      co_return co_await call("connect");
    } catch (const std::exception&) {  // culprit: retried_for_ever
      if (Fixed && attempt == 3) throw;
    }
  }
}

// ---- An awaiter that is resumed by two: the mail, and the time limit before it.

template <bool Fixed>
class mailbox {
 public:
  explicit mailbox(cofault::scheduler& s) : scheduler_(s) {}

  void put(int mail) {
    mail_ = mail;
    if (waiting_) waiting_.resume();
  }

  struct receiving {
    mailbox& box;
    cofault::scheduler::ticket limit = {};
    bool await_ready() const { return box.mail_.has_value(); }
    void await_suspend(std::coroutine_handle<> reader) {
      box.waiting_ = reader;
      limit = box.scheduler_.post_after(1s, [reader] { reader.resume(); });
    }
    std::optional<int> await_resume() {
      box.scheduler_.forget(limit);
      if (Fixed) box.waiting_ = nullptr;
      return box.mail_;
    }
  };
  receiving receive() { return {*this}; }

 private:
  cofault::scheduler& scheduler_;
  std::coroutine_handle<> waiting_;
  std::optional<int> mail_;
};

template <class Mailbox>
support::task<> read_mail(Mailbox& box) {
  try {
    const auto mail = co_await box.receive();
    if (!mail) std::clog << "no mail\n";
  } catch (const std::exception& e) {
    std::clog << "the mail cannot be read: " << e.what() << '\n';
  }
}

template <bool Fixed>
support::task<> deliver(cofault::scheduler& s) {
  mailbox<Fixed> box(s);
  support::task<> reading = read_mail(box);
  reading.start();
  bool late = false;
  try {
    co_await s.yield();
  } catch (const std::exception& e) {
    std::clog << "the mail is late: " << e.what() << '\n';
    late = true;
  }
  if (late) co_await s.sleep_for(2s);  // culprit: resumed_twice
  box.put(7);
}

}  // namespace

std::vector<specimen> zoo::stuck() {
  return {
      {"never_woken", progress, "stuck.cpp:load+0=throw:failed", start<false>, start<true>},
      {"retried_for_ever", livelock, "stuck.cpp:reconnect+0=throw:failed*", reconnect<false>,
       reconnect<true>},
      {"resumed_twice", survival, "stuck.cpp:deliver+0=throw:failed", deliver<false>,
       deliver<true>},
  };
}
