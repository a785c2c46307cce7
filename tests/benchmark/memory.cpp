// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cofault/inject/throwing.hpp>
#include <cofault/run.hpp>
#include <cofault/scheduler.hpp>
#include <cofault/search.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include "judge.hpp"
#include "program.hpp"
#include "world.hpp"

namespace bench {
namespace {

long resident_kilobytes() {
  long whole = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> whole >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

class mixture {
 public:
  mixture() : throws_(cofault::trial{none_, attempt(one_, none_), true, how_}.next()) {}

  void next(std::uint64_t number) {
    switch (number % 3) {
      case 0:
        return judge(one_, none_);
      case 1:
        return judge(one_, cofault::plan(throws_[number % throws_.size()]));
      default:
        return judge(three_, cofault::plan({cofault::schedule_point(1 + number % 65'536),
                                            {cofault::fault_kind::random}}));
    }
  }

 private:
  cofault::outcome attempt(const cofault::driver_factory& world, const cofault::plan& p) {
    return cofault::run(world, p, how_);
  }
  void judge(const cofault::driver_factory& world, const cofault::plan& p) {
    cofault::detail::judge(attempt(world, p), p, how_);
  }

  const cofault::options how_ = cofault::options().inject(cofault::inject::throwing(lost()));
  const cofault::plan none_;
  const cofault::driver_factory one_ =
      world_of([](cofault::scheduler& s) { return one_task<true>(s, awaits); });
  const cofault::driver_factory three_ =
      world_of([](cofault::scheduler& s) { return three_tasks<true>(s); });
  const cofault::deviation_list throws_;
};

}  // namespace

bool print_memory(std::uint64_t trials) {
  mixture all;
  std::vector<long> resident;
  std::printf("| trials | resident |\n|---|---|\n");
  std::uint64_t done = 0;
  for (const std::uint64_t part : {trials / 1'000, trials / 10, trials}) {
    for (; done < part; ++done) all.next(done);
    resident.push_back(resident_kilobytes());
    std::printf("| %llu | %ld kB |\n", static_cast<unsigned long long>(part), resident.back());
    std::fflush(stdout);
  }
  constexpr long slack = 64;  // a table of some random schedule
  return resident.back() <= resident[1] + slack;
}

}  // namespace bench
