// SPDX-License-Identifier: BSL-1.0
// Programs that are right as long as who is ready first goes on first. Each starts its coroutines
// with work of different length, so that all but the moment that matters is without a choice.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cofault/tracked.hpp"
#include "services.hpp"
#include "zoo.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace zoo;

// ---- Read, wait, write.

struct account {
  mutex lock;
  int balance = 100;
};

template <bool Fixed>
task<> withdraw(account& a) {
  std::optional<mutex::guard> held;
  if constexpr (Fixed) held = co_await a.lock.lock();
  const int before = a.balance;
  co_await call("check the limit", 2ms);  // culprit: lost_update
  a.balance = before - 30;
}

template <bool Fixed>
task<> deposit(account& a) {
  co_await call("count the money");
  co_await call("print the receipt");
  std::optional<mutex::guard> held;
  if constexpr (Fixed) held = co_await a.lock.lock();
  a.balance += 50;
}

template <bool Fixed>
task<> do_business() {
  account a;
  co_await both(withdraw<Fixed>(a), deposit<Fixed>(a));
  EXPECT_EQ(a.balance, 120);
}

// ---- A signal that nobody waits for yet.

struct inbox {
  int letters = 0;
  event arrived;
};

template <bool Fixed>
task<> read_letter(inbox& in) {
  const bool empty = in.letters == 0;
  co_await call("show that there is none", 2ms);
  if (Fixed ? in.letters == 0 : empty) co_await in.arrived.wait();  // culprit: missed_signal
  --in.letters;
}

task<> send_letter(inbox& in) {
  co_await call("write");
  co_await call("deliver");
  ++in.letters;
  in.arrived.set();  // for who waits now
  in.arrived.clear();
}

template <bool Fixed>
task<> correspond() {
  inbox in;
  co_await both(read_letter<Fixed>(in), send_letter(in));
}

// ---- A connection that goes away between the look and the use.

struct client {
  std::unique_ptr<std::string> connection = std::make_unique<std::string>();
};

template <bool Fixed>
task<> say(client& c) {
  if (!c.connection) co_return;
  co_await call("compress", 2ms);  // culprit: used_after_close
  if (Fixed && !c.connection) co_return;
  c.connection->append("bye");
}

task<> disconnect(client& c) {
  co_await call("linger");
  co_await call("drain");
  c.connection.reset();
}

template <bool Fixed>
task<> talk() {
  client c;
  co_await both(say<Fixed>(c), disconnect(c));
}

// ---- A first use that happens twice.

struct database {
  mutex lock;
  std::uint32_t connection = 0;
  ~database() { cofault::released(connection); }
};

template <bool Fixed>
task<> connect(database& d) {
  std::optional<mutex::guard> held;
  if constexpr (Fixed) held = co_await d.lock.lock();
  if (d.connection != 0) co_return;
  co_await call("connect", 2ms);  // culprit: connected_twice
  d.connection = cofault::acquired("a connection");
}

template <bool Fixed>
task<> answer(database& d) {
  co_await call("receive the request");
  co_await call("parse it");
  co_await connect<Fixed>(d);
}

template <bool Fixed>
task<> open_shop() {
  database d;
  co_await both(connect<Fixed>(d), answer<Fixed>(d));
}

// ---- A number that belongs to somebody else by now.

struct file {
  std::string name, text;
};

struct file_table {
  std::array<std::optional<file>, 4> files;
  std::size_t open(const char* name) {
    std::size_t lowest = 0;
    while (files.at(lowest)) ++lowest;
    files.at(lowest) = file{name, ""};
    return lowest;
  }
};

template <bool Fixed>
task<> log(file_table& t, std::size_t number) {
  co_await call("format the line", 2ms);  // culprit: reused_number
  auto& file = t.files.at(number);
  if (file && (!Fixed || file->name == "log")) file->text += "started\n";
}

task<> take_order(file_table& t, std::size_t log_file) {
  co_await call("receive the order");
  co_await call("look up the customer");
  t.files.at(log_file).reset();
  const std::size_t orders = t.open("orders");
  EXPECT_EQ(t.files.at(orders)->text, "");
  co_await call("sync");
  EXPECT_EQ(t.files.at(orders)->text, "") << "of another file";
}

template <bool Fixed>
task<> run_shop() {
  file_table t;
  const std::size_t number = t.open("log");
  co_await both(log<Fixed>(t, number), take_order(t, number));
}

// ---- Two locks in opposite order.

struct warehouse {
  mutex ramp, shelf;
};

task<> ship(warehouse& w) {
  const auto shelf = co_await w.shelf.lock();
  co_await call("pick", 2ms);
  const auto ramp = co_await w.ramp.lock();  // culprit: deadlock
}

template <bool Fixed>
task<> take_in(warehouse& w) {
  co_await call("unload");
  co_await call("sign");
  const auto first = co_await (Fixed ? w.shelf : w.ramp).lock();
  co_await call("carry");
  const auto second = co_await (Fixed ? w.ramp : w.shelf).lock();
}

template <bool Fixed>
task<> work() {
  warehouse w;
  co_await both(ship(w), take_in<Fixed>(w));
}

// ---- Two sources, one of which was always there in time.

struct prices {
  std::optional<int> fresh, cached;
  event loaded;
};

task<> download(prices& p) {
  co_await call("download", 2ms);
  p.fresh = 42;
}

task<> load(prices& p) {
  co_await call("read the cache", 3ms);  // culprit: both_late
  p.cached = 41;
  p.loaded.set();
}

template <bool Fixed>
task<> quote(prices& p) {
  co_await call("parse the request");
  co_await call("look up the customer");
  if (p.fresh) co_return;
  co_await call("look up the customer's discount");
  if constexpr (Fixed) co_await p.loaded.wait();
  EXPECT_TRUE(p.cached) << "there is no price to quote";
}

template <bool Fixed>
task<> offer() {
  prices p;
  co_await both(both(download(p), load(p)), quote<Fixed>(p));
}

// ---- An optimistic update that gives up at the second conflict.

struct row {
  int value = 0, version = 0;
};

template <bool Fixed>
task<> add(row& r) {
  for (int attempt = 0; Fixed || attempt < 2; ++attempt) {
    const row before = r;
    co_await call("validate");  // culprit: given_up
    if (r.version != before.version) continue;
    r = {before.value + 1, before.version + 1};
    co_return;
  }
}

task<> import_lines(row& r) {
  for (int line = 0; line < 2; ++line) {
    co_await call("read a line", 500us);
    co_await call("convert it", 500us);
    r = {r.value + 10, r.version + 1};
  }
}

template <bool Fixed>
task<> count() {
  row r;
  co_await both(add<Fixed>(r), import_lines(r));
  EXPECT_EQ(r.value, 21);
}

}  // namespace

std::vector<specimen> zoo::orders() {
  return {
      {"lost_update", assertions, "orders.cpp:withdraw+0=delay", do_business<false>,
       do_business<true>},
      {"missed_signal", progress, "orders.cpp:read_letter+0=delay", correspond<false>,
       correspond<true>},
      {"used_after_close", survival, "orders.cpp:say+0=delay", talk<false>, talk<true>},
      {"connected_twice", resources, "orders.cpp:connect+0=delay", open_shop<false>,
       open_shop<true>},
      {"reused_number", assertions, "orders.cpp:log+0=delay", run_shop<false>, run_shop<true>},
      {"deadlock", progress, "orders.cpp:ship+1=delay", work<false>, work<true>},
      {"both_late", assertions, "orders.cpp:download+0=delay;orders.cpp:load+0=delay", offer<false>,
       offer<true>},
      {"given_up", assertions, "orders.cpp:add+0=delay;orders.cpp:add+0/1.2=delay", count<false>,
       count<true>},
  };
}
