// SPDX-License-Identifier: BSL-1.0
#include "cofault/co_test.hpp"

namespace cofault::runtime::detail {
namespace {

// Then what is left behind is no news.
thread_local bool ended = false;
bool ended_early() { return ended || testing::Test::HasFatalFailure(); }

void tell(const std::vector<leftover>& left, const char* file, int line) {
  for (const leftover& l : left)
    ADD_FAILURE_AT(l.line != 0 && !l.file.empty() ? l.file.c_str() : file,
                   l.line != 0 ? static_cast<int>(l.line) : line)
        << l.text;
}

}  // namespace

void ends_early() noexcept { ended = true; }

void run_co_test(const std::function<task<>()>& body, const char* file, int line) {
  ended = false;
  boundary world(true);
  std::shared_ptr<task_base> root;
  {
    const scheduler::turn now(world.where());
    root = spawn_state(world.where(), body(), std::source_location());
  }
  try {
    world.drive(*root);
  } catch (const hang& e) {
    ADD_FAILURE_AT(file, line) << e.what();
    return;
  }
  const std::exception_ptr error = root->exception();
  if (error)
    ADD_FAILURE_AT(file, line) << "cofault: the test's coroutine ended by " << in_words(error)
                               << '\n'
                               << story_of(*root);
  const auto left = world.close();
  if (!error && !ended_early()) tell(left, file, line);
}

}  // namespace cofault::runtime::detail
