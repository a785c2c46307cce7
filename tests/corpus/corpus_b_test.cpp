// SPDX-License-Identifier: BSL-1.0
// Correct ways to handle an exception give no finding; each way to lose one is found at its line.
#include <gtest/gtest.h>

#include <cofault/boost_asio.hpp>
#include <cofault/gtest.hpp>
#include <cofault/inject/cancel.hpp>
#include <cofault/site.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cleanup_programs.hpp"
#include "handling_mutants.hpp"
#include "handling_programs.hpp"

namespace {

using namespace corpus;
using cofault::exploration;
using cofault::options;

struct program {
  std::string name;
  std::function<exploration()> explore, cancel;
};

void PrintTo(const program& p, std::ostream* out) { *out << p.name; }

std::string name_of(const testing::TestParamInfo<program>& info) { return info.param.name; }

template <class T>
program plain(std::string name, awaitable<T> (*body)(), const options& how = options()) {
  const auto explore = [body](const options& o) {
    return cofault::explore([=](auto) { return body(); }, o);
  };
  return {std::move(name), [=] { return explore(how); },
          [=] { return explore(how.inject(cofault::inject::cancel())); }};
}
#define PLAIN(name) plain(#name, correct::name)
#define MUTANT(name) plain(#name, mutant::name)

// The line that has the comment in a source of the corpus: "file.cpp:12", "" if there is none.
std::string marked(const std::string& comment) {
  const auto folder = std::filesystem::path(__FILE__).parent_path();
  for (const char* name : {"handling_mutants.cpp", "cleanup_mutants.cpp", "cleanup_programs.cpp"}) {
    std::ifstream in(folder / name);
    std::string line;
    for (unsigned number = 1; std::getline(in, line); ++number)
      if (line.ends_with("// " + comment)) return name + (":" + std::to_string(number));
  }
  return "";
}

unsigned line_of(const std::string& place) {
  return static_cast<unsigned>(std::stoul(place.substr(place.find(':') + 1)));
}

// ---- programs that the test drives

awaitable<void> look_at_the_cache() {
  int cached = 50;
  co_await correct::fallback_to_cache(cached);
  cofault::observe(cached);
}

awaitable<void> with_a_sink(awaitable<void> (*body)(const logger&)) {
  const logger log{[](std::string_view) { cofault::reported(); }};
  co_await body(log);
}

awaitable<void> log_to_sink() { return with_a_sink(correct::log_to_sink); }
awaitable<void> sink_in_a_lippincott_function() {
  return with_a_sink(correct::sink_in_a_lippincott_function);
}

awaitable<void> look_at_the_reply() {
  replies wire(co_await net::this_coro::executor, 1);
  co_await correct::error_response(wire);
  cofault::observe(co_await wire.async_receive(use_awaitable));
}

awaitable<void> caught_in_the_test() {
  try {
    co_await correct::log_and_rethrow();
    co_await correct::rethrown_after_clean_up();
  } catch (const system_error&) {
  }
}

awaitable<void> heard_by_a_handler() {
  co_await correct::completion_handler([](std::exception_ptr) {});
}

// ---- no false alarms

class FalseAlarmsB : public testing::TestWithParam<program> {};

TEST_P(FalseAlarmsB, None) { EXPECT_THAT(GetParam().explore(), cofault::SurvivesEveryFault()); }
TEST_P(FalseAlarmsB, NoneIfCancelled) {
  EXPECT_THAT(GetParam().cancel(), cofault::SurvivesEveryFault());
}

INSTANTIATE_TEST_SUITE_P(
    Handling, FalseAlarmsB,
    testing::Values(PLAIN(retry_rethrows_the_last), PLAIN(retry_in_a_child),
                    PLAIN(retry_with_back_off), PLAIN(fallback_to_replica),
                    plain("fallback_to_cache", look_at_the_cache), PLAIN(log_to_cerr),
                    PLAIN(log_by_printf), PLAIN(log_to_clog), plain("log_to_sink", log_to_sink),
                    PLAIN(log_in_a_lippincott_function),
                    plain("sink_in_a_lippincott_function", sink_in_a_lippincott_function),
                    PLAIN(translate), PLAIN(translate_nested), PLAIN(log_and_rethrow),
                    PLAIN(chain_of_handlers), PLAIN(error_as_optional), PLAIN(error_as_variant),
                    PLAIN(error_as_bool), PLAIN(error_as_code), PLAIN(number_in_the_error),
                    plain("error_response", look_at_the_reply),
                    plain("caught_in_the_test", caught_in_the_test)),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    CleaningUp, FalseAlarmsB,
    testing::Values(
        PLAIN(shutdown_errors_commented),
        plain("shutdown_errors_declared", correct::shutdown_errors_declared,
              options().deliberate("cleanup_programs.cpp", line_of(marked("declared: shutdown")))),
        plain("error_accepted_by_predicate", correct::error_accepted_by_predicate,
              options().deliberate<system_error>([](const system_error& e) {
                return e.code() == net::error::no_memory;
              })),
        PLAIN(rethrown_after_clean_up), PLAIN(rethrown_elsewhere), PLAIN(translated_after_clean_up),
        PLAIN(translated_late_and_logged), PLAIN(group_rethrown), PLAIN(group_logged),
        plain("completion_handler", heard_by_a_handler), PLAIN(transaction_rolls_back),
        PLAIN(transaction_of_two), PLAIN(nested_with_fallback), PLAIN(cleaned_by_a_destructor),
        PLAIN(destructor_that_catches), PLAIN(batch_fails_at_the_end),
        PLAIN(errors_logged_at_the_end), PLAIN(first_error_kept_other_logged),
        PLAIN(roll_back_may_fail), PLAIN(circuit_breaker)),
    name_of);

// ---- every loss is found

class SwallowMutantsB : public testing::TestWithParam<program> {};

TEST_P(SwallowMutantsB, IsFoundAtItsLine) {
  const std::string guilty = marked("guilty: " + GetParam().name);
  ASSERT_NE(guilty, "") << "no line is marked for it";
  const exploration result = GetParam().explore();
  ASSERT_EQ(result.findings.size(), 1u) << cofault::describe(result);
  const cofault::finding& f = result.findings.front();
  const cofault::site_info& culprit = cofault::sites::site(f.site);
  const std::string file(cofault::sites::function(culprit.function).file);
  EXPECT_EQ(f.property, "every exception surfaces");
  EXPECT_EQ(file.substr(file.rfind('/') + 1) + ":" + std::to_string(culprit.line), guilty)
      << f.report;
}

INSTANTIATE_TEST_SUITE_P(
    Handling, SwallowMutantsB,
    testing::Values(MUTANT(empty_catch), MUTANT(empty_typed_catch), MUTANT(retry_gives_up),
                    MUTANT(retry_forgets_the_last), MUTANT(fallback_does_nothing),
                    MUTANT(stale_cache), MUTANT(log_removed), MUTANT(logger_without_sink),
                    MUTANT(flag_never_read), MUTANT(message_never_sent),
                    MUTANT(translation_swallowed), MUTANT(nested_lost), MUTANT(rethrow_removed),
                    MUTANT(filter_without_rethrow), MUTANT(generic_handler_empty),
                    MUTANT(breaker_without_rethrow), MUTANT(replaced),
                    MUTANT(code_thrown_and_swallowed), MUTANT(lippincott_drops)),
    name_of);

INSTANTIATE_TEST_SUITE_P(CleaningUp, SwallowMutantsB,
                         testing::Values(MUTANT(stored_never_rethrown), MUTANT(first_of_two_kept),
                                         MUTANT(clean_up_eats_the_primary),
                                         MUTANT(late_translation_swallowed),
                                         MUTANT(group_swallowed), MUTANT(roll_back_without_rethrow),
                                         MUTANT(nobody_hears), MUTANT(outer_handler_empty),
                                         MUTANT(batch_never_counted)),
                         name_of);

}  // namespace
