// SPDX-License-Identifier: BSL-1.0
#include "cache.hpp"

namespace cache {

void cache::put(int key, int value) {
  const auto fresh = std::make_shared<entry>();
  fresh->value = value;
  fresh->finished.set();
  entries_[key] = fresh;
}

std::shared_ptr<entry> cache::find(int key) const {
  const auto known = entries_.find(key);
  return known == entries_.end() ? nullptr : known->second;
}

task<int> stampeding::get(int key) {
  if (const auto known = find(key)) co_return *known->value;
  const int value = co_await from_.load(key);  // The bug: nobody sees that it is on its way.
  put(key, value);
  co_return value;
}

task<int> poisoned::get(int key) {
  if (const auto known = find(key)) {
    co_await known->finished.wait();
    co_return *known->value;
  }
  const auto fresh = entries_[key] = std::make_shared<entry>();
  fresh->value = co_await from_.load(key);  // The bug: after an exception nobody finishes it.
  fresh->finished.set();
  co_return *fresh->value;
}

task<int> fixed::get(int key) {
  while (const auto known = find(key)) {
    co_await known->finished.wait();
    if (known->value) co_return *known->value;
  }
  co_return co_await load(key);
}

// Gives up its entry when it does not come to an end.
struct loading {
  std::map<int, std::shared_ptr<entry>>& entries;
  int key;
  std::shared_ptr<entry> mine;
  ~loading() {
    const auto known = entries.find(key);
    if (!mine->value && known != entries.end() && known->second == mine) entries.erase(known);
    mine->finished.set();
  }
};

task<int> fixed::load(int key) {
  const auto mine = entries_[key] = std::make_shared<entry>();
  const loading guard{entries_, key, mine};
  mine->value = co_await from_.load(key);
  co_return *mine->value;
}

}  // namespace cache
