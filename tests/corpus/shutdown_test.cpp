// SPDX-License-Identifier: BSL-1.0
// Correct ways to come to an end have no finding, at whatever moment they are cancelled, stopped or
// destroyed.
#include <ostream>
#include <string>

#include "cofault/boost_asio.hpp"
#include "cofault/gtest.hpp"
#include "cofault/inject/cancel.hpp"
#include "cofault/inject/usual.hpp"
#include "shutdown_programs.hpp"

namespace {

using namespace corpus::shutdowns;
using cofault::options;
namespace inject = cofault::inject;

struct program {
  const char* name;
  boost::asio::awaitable<void> (*body)();
};
void PrintTo(const program& p, std::ostream* out) { *out << p.name; }
#define SHUTDOWN(name) \
  program { #name, name }

class Shutdowns : public testing::TestWithParam<program> {
 protected:
  static cofault::exploration explore(const options& how) {
    return cofault::explore([](auto) { return GetParam().body(); }, how);
  }
};

TEST_P(Shutdowns, HonourEveryCancellation) {
  const auto result = explore(options().inject(inject::cancel()));
  EXPECT_THAT(result, cofault::SurvivesEveryFault());
  EXPECT_GE(result.trials, 4u);
}

TEST_P(Shutdowns, SurviveEveryOtherFault) {
  EXPECT_THAT(explore(options().inject(inject::usual(), inject::stop(), inject::destroy())),
              cofault::SurvivesEveryFault());
}

INSTANTIATE_TEST_SUITE_P(
    , Shutdowns,
    testing::Values(SHUTDOWN(ends_on_abort), SHUTDOWN(rethrows_all_else),
                    SHUTDOWN(commits_undisturbed), SHUTDOWN(shielded_clean_up),
                    SHUTDOWN(stop_and_join), SHUTDOWN(finaliser_ignores_codes),
                    SHUTDOWN(codes_end_the_loop), SHUTDOWN(redirected_code_ends_the_loop),
                    SHUTDOWN(asks_the_state), SHUTDOWN(within_time), SHUTDOWN(both_or_nothing),
                    SHUTDOWN(guards_only), SHUTDOWN(logs_and_rethrows),
                    SHUTDOWN(translates_at_the_boundary), SHUTDOWN(nests_at_the_boundary),
                    SHUTDOWN(sessions_close_with_their_server), SHUTDOWN(drains_what_is_there),
                    SHUTDOWN(retries_errors_only), SHUTDOWN(retries_three_times),
                    SHUTDOWN(heartbeat_beside_the_work), SHUTDOWN(kept_until_the_end),
                    SHUTDOWN(answers_nothing_more)),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
