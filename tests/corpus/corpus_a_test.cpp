// SPDX-License-Identifier: BSL-1.0
// Correct programs get no finding; each mutant gets one, at the line that loses the exception.
#include <fstream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "cofault/boost_asio.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "cofault/site.hpp"
#include "join_programs.hpp"
#include "server_programs.hpp"
#include "support/closed_channels.hpp"

namespace {

struct program {
  const char* name;
  boost::asio::awaitable<void> (*body)();
};
void PrintTo(const program& p, std::ostream* out) { *out << p.name; }

const program right[] = {
    {"read_or_timeout", corpus::joins::right::read_or_timeout},
    {"timeout_wins", corpus::joins::right::timeout_wins},
    {"read_and_deadline", corpus::joins::right::read_and_deadline},
    {"both_needed", corpus::joins::right::both_needed},
    {"first_mirror", corpus::joins::right::first_mirror},
    {"all_replicas", corpus::joins::right::all_replicas},
    {"handler_ignores", corpus::joins::right::handler_ignores},
    {"handler_logs", corpus::joins::right::handler_logs},
    {"handler_stores", corpus::joins::right::handler_stores},
    {"spawned_and_awaited", corpus::joins::right::spawned_and_awaited},
    {"named_and_awaited_later", corpus::joins::right::named_and_awaited_later},
    {"fan_out", corpus::joins::right::fan_out},
    {"heartbeat", corpus::joins::right::heartbeat},
    {"kept_over_cleanup", corpus::joins::right::kept_over_cleanup},
    {"shown_later", corpus::joins::right::shown_later},
    {"translating", corpus::joins::right::translating},
    {"error_as_value", corpus::joins::right::error_as_value},
    {"bounded_retry", corpus::joins::right::bounded_retry},
    {"eof_ends_a_session", corpus::servers::right::eof_ends_a_session},
    {"session_logs_all_but_eof", corpus::servers::right::session_logs_all_but_eof},
    {"accept_loop", corpus::servers::right::accept_loop},
    {"writer_ends_with_its_session", corpus::servers::right::writer_ends_with_its_session},
    {"producer_consumer", corpus::servers::right::producer_consumer},
    {"graceful_shutdown", corpus::servers::right::graceful_shutdown},
    {"code_loop", corpus::servers::right::code_loop},
    {"redirected_loop", corpus::servers::right::redirected_loop},
    {"behind_a_strand", corpus::servers::right::behind_a_strand},
    {"condition", corpus::servers::right::condition},
    {"logged_below", corpus::servers::right::logged_below},
    {"cancelled_reader", corpus::servers::right::cancelled_reader},
};

const program lossy[] = {
    {"error_as_timeout", corpus::joins::lossy::error_as_timeout},
    {"timer_lost", corpus::joins::lossy::timer_lost},
    {"empty_catch_around_both", corpus::joins::lossy::empty_catch_around_both},
    {"fire_and_forget", corpus::joins::lossy::fire_and_forget},
    {"spawned_and_swallowed", corpus::joins::lossy::spawned_and_swallowed},
    {"stored_and_forgotten", corpus::joins::lossy::stored_and_forgotten},
    {"only_a_flag", corpus::joins::lossy::only_a_flag},
    {"wrong_order", corpus::joins::lossy::wrong_order},
    {"named_and_swallowed", corpus::joins::lossy::named_and_swallowed},
    {"retry_gives_up", corpus::joins::lossy::retry_gives_up},
    {"heartbeat_dies", corpus::joins::lossy::heartbeat_dies},
    {"fan_out_child", corpus::joins::lossy::fan_out_child},
    {"replaced_by_own", corpus::joins::lossy::replaced_by_own},
    {"spawned_member", corpus::joins::lossy::spawned_member},
    {"detached_session", corpus::servers::lossy::detached_session},
    {"session_hides_all_but_eof", corpus::servers::lossy::session_hides_all_but_eof},
    {"quiet_accept_loop", corpus::servers::lossy::quiet_accept_loop},
    {"writer_dies", corpus::servers::lossy::writer_dies},
    {"quiet_producer", corpus::servers::lossy::quiet_producer},
    {"shutdown_forgets", corpus::servers::lossy::shutdown_forgets},
    {"drained_quietly", corpus::servers::lossy::drained_quietly},
    {"strand_swallows", corpus::servers::lossy::strand_swallows},
    {"waiter_wakes_anyway", corpus::servers::lossy::waiter_wakes_anyway},
    {"cleanup_hides", corpus::servers::lossy::cleanup_hides},
};

// The inboxes are what the programs have for sockets: a peer can close them.
cofault::options faults() {
  return cofault::options().inject(cofault::inject::usual(), support::closed_channels());
}

cofault::exploration explore(const program& p, const cofault::options& how) {
  return cofault::explore([&p](auto) { return p.body(); }, how);
}

std::string place(std::string_view file, std::uint32_t line) {
  return std::string(file.substr(file.rfind('/') + 1)) + ":" + std::to_string(line);
}

// The line that ends with "// guilty: <name>".
std::string marked(const std::string& name) {
  const std::string folder = std::string(__FILE__).substr(0, std::string(__FILE__).rfind('/') + 1);
  const std::string mark = "// guilty: " + name;
  for (const char* file : {"join_mutants.cpp", "server_mutants.cpp"}) {
    std::ifstream source(folder + file);
    std::string text;
    for (std::uint32_t line = 1; std::getline(source, text); ++line)
      if (text.ends_with(mark)) return place(file, line);
  }
  return "no line ends with " + mark;
}

std::string culprit(const cofault::finding& f) {
  const cofault::site_info& s = cofault::sites::site(f.site);
  return place(cofault::sites::function(s.function).file, s.line);
}

std::string name_of(const testing::TestParamInfo<program>& info) { return info.param.name; }

class CorpusA : public testing::TestWithParam<program> {};

TEST_P(CorpusA, HasNoFinding) {
  const auto result = explore(GetParam(), faults());
  EXPECT_TRUE(result.clean()) << cofault::describe(result);
  EXPECT_GE(result.trials, 1u);
}

TEST_P(CorpusA, HonoursCancellation) {
  const auto result = explore(GetParam(), cofault::options().inject(cofault::inject::cancel()));
  EXPECT_TRUE(result.clean()) << cofault::describe(result);
  EXPECT_GE(result.trials, 1u);
}

INSTANTIATE_TEST_SUITE_P(, CorpusA, testing::ValuesIn(right), name_of);

class MutantsA : public testing::TestWithParam<program> {};

TEST_P(MutantsA, LineIsNamed) {
  const auto result = explore(GetParam(), faults());
  std::vector<std::string> named;
  for (const cofault::finding& f : result.findings)
    if (f.property == "every exception surfaces") named.push_back(culprit(f));
  EXPECT_THAT(named, testing::ElementsAre(marked(GetParam().name))) << cofault::describe(result);
}

INSTANTIATE_TEST_SUITE_P(, MutantsA, testing::ValuesIn(lossy), name_of);

}  // namespace
