// SPDX-License-Identifier: BSL-1.0
// Any cache, put to the test.
#pragma once

#include "cache_model.hpp"

namespace cache_model {

inline const auto any_commands =
    rc::state::gen::commands(model(), rc::state::gen::execOneOfWithArgs<get, put, evict>());

// Each key can still be had.
inline task<> ask_again(std::shared_ptr<world> w) {
  for (int key = 0; key < 3; ++key) co_await w->tested->get(key);
}

template <class Cache>
task<> play(commands todo) {
  const auto w = std::make_shared<world>();
  w->tested = std::make_unique<Cache>(w->db);
  cofault::probe([w] { return ask_again(w); });
  script steps;
  rc::state::runAll(todo, model(), steps);
  for (const step& next : steps) co_await next(*w);
  RC_ASSERT(w->db.most_at_once <= 1);
}

}  // namespace cache_model
