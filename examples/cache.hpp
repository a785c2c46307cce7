// SPDX-License-Identifier: BSL-1.0
// Production code: a cache in front of a slow backend.
#pragma once

#include <cofault/runtime.hpp>
#include <map>
#include <memory>
#include <optional>

namespace cache {

using cofault::runtime::task;

class backend {
 public:
  virtual ~backend() = default;
  virtual task<int> load(int key) = 0;
};

struct entry {
  std::optional<int> value;          // none while it is being loaded
  cofault::runtime::event finished;  // the load, one way or the other
};

class cache {
 public:
  explicit cache(backend& from) : from_(from) {}
  virtual ~cache() = default;

  virtual task<int> get(int key) = 0;
  void put(int key, int value);
  void evict(int key) { entries_.erase(key); }

 protected:
  std::shared_ptr<entry> find(int key) const;

  backend& from_;
  std::map<int, std::shared_ptr<entry>> entries_;
};

// Whoever asks while a key is being loaded loads it, too.
class stampeding : public cache {
 public:
  using cache::cache;
  task<int> get(int key) override;
};

// A load that fails leaves its entry behind.
class poisoned : public cache {
 public:
  using cache::cache;
  task<int> get(int key) override;
};

class fixed : public cache {
 public:
  using cache::cache;
  task<int> get(int key) override;

 private:
  task<int> load(int key);
};

}  // namespace cache
