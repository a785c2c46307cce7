// SPDX-License-Identifier: BSL-1.0
// What a cache is to do, as RapidCheck wants it told: a model, and commands for it.
#pragma once

#include <rapidcheck/state.h>

#include <algorithm>
#include <chrono>
#include <cofault/rapidcheck.hpp>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <vector>

#include "cache.hpp"

namespace cache_model {

using cofault::runtime::task;

// Gives every key ten times itself, and counts who asks for one at the same time.
class slow_backend : public cache::backend {
 public:
  task<int> load(int key) override {
    most_at_once = std::max(most_at_once, ++running[key]);
    co_await cofault::runtime::sleep_for(std::chrono::milliseconds(10));
    --running[key];
    co_return key * 10;
  }
  std::map<int, int> running;
  int most_at_once = 0;
};

struct world {
  slow_backend db;
  std::unique_ptr<cache::cache> tested;
};

// A command cannot wait: it says what is to be done, and the body of the test does it.
using step = std::function<task<>(world&)>;
using script = std::vector<step>;
using model = std::map<int, int>;  // what was put
using command = rc::state::Command<model, script>;
using commands = rc::state::Commands<command>;

// At every size.
inline int one_of_three() { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, 3)); }

struct get : command {
  int key = one_of_three(), callers = 1 + one_of_three();
  void run(const model& put, script& out) const override {
    const int expected = put.contains(key) ? put.at(key) : key * 10;
    out.push_back([key = key, callers = callers, expected](world& w) -> task<> {
      std::vector<task<int>> all;
      for (int i = 0; i < callers; ++i) all.push_back(w.tested->get(key));
      for (const int value : co_await gather(std::move(all))) RC_ASSERT(value == expected);
    });
  }
  void show(std::ostream& out) const override { out << callers << " x get " << key; }
};

struct put : command {
  int key = one_of_three(), value = *rc::gen::inRange(100, 200);
  void apply(model& put) const override { put[key] = value; }
  void run(const model&, script& out) const override {
    out.push_back([key = key, value = value](world& w) -> task<> {
      w.tested->put(key, value);
      co_return;
    });
  }
  void show(std::ostream& out) const override { out << "put " << key; }
};

struct evict : command {
  int key = one_of_three();
  void apply(model& put) const override { put.erase(key); }
  void run(const model&, script& out) const override {
    out.push_back([key = key](world& w) -> task<> {
      w.tested->evict(key);
      co_return;
    });
  }
  void show(std::ostream& out) const override { out << "evict " << key; }
};

}  // namespace cache_model
