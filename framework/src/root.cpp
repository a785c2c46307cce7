// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/root.hpp"

#include <utility>
#include <vector>

#include "awaited_frames.hpp"
#include "cofault/detail/assertion_reader.hpp"
#include "cofault/observe.hpp"
#include "own_process.hpp"
#include "run_state.hpp"
#include "soundness.hpp"

namespace cofault {
namespace detail {
namespace {

run_listener* listener = nullptr;
assertion_reader reader = nullptr;

// The root ended by an assertion of the test, which was no exception of the program.
bool is_assertion(const std::exception_ptr& error) {
  std::string text;
  if (!error || reader == nullptr || !reader(error, text)) return false;
  if (!text.empty()) assertion_failed(text);
  return true;
}

}  // namespace

void set_assertion_reader(assertion_reader r) { reader = r; }

void root_completed(std::exception_ptr error) {
  run_state* run = run_state::current();
  if (run == nullptr || run->tearing_down) return;
  if (is_assertion(error)) error = nullptr;
  ++run->root_completions;
  run->record(error ? event_kind::root_threw : event_kind::root_returned, nullptr,
              run->keep_description(error), run->exceptions.number_of(error));
}

void note_root(const void* object, std::size_t size) {
  run_state* run = run_state::current();
  if (run == nullptr) return;
  const frame* const root = find_unstarted(*run, object, size);
  if (root != nullptr) run->root_frame = root->id;
}

driver* current_driver() {
  run_state* run = run_state::current();
  return run == nullptr ? nullptr : run->world;
}

void add_probe(probe_start start) {
  if (run_state* run = run_state::current()) run->probes.push_back(std::move(start));
}

probe_result compare_answer(std::any answer, bool (*same)(const std::any&, const std::any&)) {
  static thread_local std::vector<std::any> without_faults;
  run_state* run = run_state::current();
  if (run == nullptr) return probe_result::passed;
  if (without_faults.size() <= run->probe) without_faults.resize(run->probe + 1);
  std::any& expected = without_faults[run->probe];
  if (run->what.empty()) {
    if (has_answers_of_template() && !(expected.has_value() && same(expected, answer)))
      refuse_different("the answer to a probe");
    expected = std::move(answer);
  } else if (!expected.has_value() || !same(expected, answer))
    return probe_result::differs;
  return probe_result::passed;
}

void compare_observation(const observation& seen) {
  static thread_local std::vector<std::any> without_faults;
  run_state* run = run_state::current();
  if (run == nullptr) return;
  const std::size_t i = run->observations++;
  if (without_faults.size() <= i) without_faults.resize(i + 1);
  std::any& expected = without_faults[i];
  if (run->what.empty() && has_answers_of_template() && !seen.same(seen.value, expected))
    refuse_different("what is observed");
  bool same = seen.same(seen.value, expected);
  if (!same && run->what.empty()) {
    expected = seen.copy(seen.value);
    same = seen.same(seen.value, expected);  // what equals nothing, a NaN, never is
  }
  run->record(event_kind::observed, nullptr, same ? 1 : 0);
}

void assertion_failed(std::string_view text) {
  run_state* run = run_state::current();
  if (run == nullptr) return;
  run->record_at(event_kind::assertion, 0, 0, run->keep_text(text));
}

frame_ref newest_frame(const void* address) {
  const run_state* run = run_state::current();
  if (run == nullptr) return {};
  const frame* f = run->unstarted.first();
  if (f == nullptr || f->address != address) return {};
  return {run->number, f->id};
}

void note_joined(const frame_ref& child) {
  run_state* run = run_state::current();
  if (run == nullptr || run->running == nullptr || child.id == 0 || child.run != run->number)
    return;
  run->record(event_kind::joined, run->running, 0, child.id);
}

void note_retrieved(const std::exception_ptr& error) {
  run_state* run = run_state::current();
  if (run == nullptr || run->tearing_down) return;
  if (const std::uint32_t n = run->exceptions.number_of(error); n != 0)
    run->record_exception(event_kind::retrieved, n);
}

void set_run_listener(run_listener* l) { listener = l; }
void tell_run_started() {
  if (listener != nullptr) listener->run_started();
}
void tell_run_ended() {
  if (listener != nullptr) listener->run_ended();
}
void note_explored(const exploration& what) {
  if (listener != nullptr) listener->explored(what);
}

std::string test_name() { return listener == nullptr ? "" : listener->test_name(); }

}  // namespace detail

void reported() {
  if (auto* run = detail::run_state::current()) run->exceptions.report();
}

}  // namespace cofault
