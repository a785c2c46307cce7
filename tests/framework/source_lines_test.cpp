// SPDX-License-Identifier: BSL-1.0
#include "cofault/detail/source_lines.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "address_map.hpp"
#include "cofault/detail/source_text.hpp"

// Code of this binary that no compilation unit describes.
asm(".pushsection .bare_code,\"ax\",@progbits\n"
    ".globl cofault_test_bare_code\n"
    ".type cofault_test_bare_code,@function\n"
    "cofault_test_bare_code: nop\n"
    "nop\n"
    ".size cofault_test_bare_code, 2\n"
    ".popsection\n");
extern "C" void cofault_test_bare_code();

namespace places_test {

const void* volatile noted = nullptr;

[[gnu::noinline]] void note_caller() { noted = __builtin_return_address(0); }

struct noted_call {
  const void* return_address;
  unsigned line;
};

[[gnu::noinline]] noted_call known_function(int) {
  note_caller();
  return {noted, __LINE__ - 1};
}

[[gnu::always_inline]] inline unsigned inlined_callee() {
  note_caller();
  return __LINE__ - 1;
}

namespace {
[[gnu::always_inline]] inline unsigned hidden_middle() { return inlined_callee(); }
constexpr unsigned hidden_middle_line = __LINE__ - 1;
}  // namespace

[[gnu::noinline]] noted_call inlining_function() {
  const unsigned line = hidden_middle();
  return {noted, line};
}
constexpr unsigned inlining_line = __LINE__ - 3;

struct handler_seen {
  const void* return_address;
  unsigned catch_line;
};

volatile bool throwing = true;  // or the optimiser knows that it never returns
[[gnu::noinline]] void throws() {
  if (throwing) throw std::runtime_error{"x"};
}

[[gnu::noinline]] handler_seen run_handler() {
  handler_seen seen{};
  try {
    throws();
  } catch (const std::logic_error&) {
    return seen;
  } catch (...) {  // cofault: deliberate
    seen.catch_line = __LINE__ - 1;
    note_caller();
    seen.return_address = noted;
  }
  return seen;
}

// Clean-up that g++ -O2 moves to a cold part of the function, which begins without a line of its
// own.
struct noting {
  [[gnu::noinline]] ~noting() { noted = __builtin_return_address(0); }
};

// No templates: their cold parts would be in sections of their own, where nothing comes before.
[[gnu::noinline]] void unwound_first() {
  const noting cleaned;
  throws();
}
[[gnu::noinline]] void unwound_second() {
  const noting cleaned;
  throws();
}
constexpr unsigned unwound_lines_end = __LINE__ - 1;
constexpr unsigned unwound_length = 4;

const void* clean_up_of(void (*function)()) {
  try {
    function();
  } catch (const std::exception&) {
    return noted;
  }
  return nullptr;
}

[[gnu::noinline]] std::vector<const void*> inner_stack(unsigned skip, unsigned max) {
  auto stack = cofault::detail::stack_here(skip, max);
  note_caller();  // no tail call
  return stack;
}

[[gnu::noinline]] std::vector<const void*> outer_stack(unsigned skip, unsigned max) {
  auto stack = inner_stack(skip, max);
  note_caller();
  return stack;
}

}  // namespace places_test

namespace {

using namespace cofault::detail;
using namespace places_test;

const void* code(void (*function)()) { return reinterpret_cast<const void*>(function); }

bool names(const source_place& place, const std::string& function) {
  return place.function.find(function) != std::string::npos;
}

bool in_this_file(const source_place& place) {
  return std::filesystem::path{place.file}.filename() == "source_lines_test.cpp";
}

TEST(SourceLines, StartOfAFunction) {
  const auto places = places_of(code(&note_caller));
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].function, "places_test::note_caller()");
  EXPECT_TRUE(in_this_file(places[0])) << places[0].file;
  EXPECT_GT(places[0].line, 0u);
}

TEST(SourceLines, CallOfAReturnAddress) {
  const noted_call call = known_function(1);
  const auto places = places_of_call(call.return_address);
  ASSERT_EQ(places.size(), 1u);
  EXPECT_TRUE(in_this_file(places[0])) << places[0].file;
  EXPECT_EQ(places[0].function, "places_test::known_function(int)");
  EXPECT_EQ(places[0].line, call.line);
}

TEST(SourceLines, InlinedFunctionsInnermostFirst) {
  const noted_call call = inlining_function();
  const auto places = places_of_call(call.return_address);
  ASSERT_EQ(places.size(), 3u);
  EXPECT_TRUE(names(places[0], "places_test::inlined_callee")) << places[0].function;
  EXPECT_EQ(places[0].line, call.line);
  EXPECT_TRUE(names(places[1], "places_test::(anonymous namespace)::hidden_middle"))
      << places[1].function;
  EXPECT_EQ(places[1].line, hidden_middle_line);
  EXPECT_TRUE(names(places[2], "places_test::inlining_function")) << places[2].function;
  EXPECT_EQ(places[2].line, inlining_line);
  EXPECT_TRUE(std::ranges::all_of(places, in_this_file));
}

TEST(SourceLines, LinesAreNeverAnotherFunctions) {
  for (const auto& [function, last] :
       {std::pair{&unwound_first, unwound_lines_end - unwound_length},
        std::pair{&unwound_second, unwound_lines_end}}) {
    const auto places = places_of_call(clean_up_of(function));
    ASSERT_EQ(places.size(), 1u);
    EXPECT_TRUE(names(places[0], "unwound")) << places[0].function;
    EXPECT_TRUE(in_this_file(places[0])) << places[0].file;
    if (places[0].line == 0) continue;  // not known is an honest answer
    EXPECT_GT(places[0].line, last - unwound_length);
    EXPECT_LE(places[0].line, last);
  }
}

TEST(SourceLines, TheRowsOfAFunction) {
  const noted_call call = known_function(1);
  const auto rows = code_rows(static_cast<const char*>(call.return_address) - 1);
  ASSERT_FALSE(rows.empty());
  EXPECT_TRUE(std::ranges::is_sorted(rows, std::less<>()));
  EXPECT_LT(rows.front(), call.return_address);
  std::set<unsigned> lines;
  for (const void* const row : rows) {
    const auto places = places_of(row);
    ASSERT_EQ(places.size(), 1u);
    EXPECT_EQ(places[0].function, "places_test::known_function(int)");
    lines.insert(places[0].line);
  }
  EXPECT_TRUE(lines.contains(call.line));
  EXPECT_TRUE(code_rows(code(&cofault_test_bare_code)).empty());
  EXPECT_TRUE(code_rows(nullptr).empty());
}

TEST(AddressMap, FindsTheRangeThatBeginsNearest) {
  address_map<char> map;
  EXPECT_EQ(map.find(1), nullptr);
  for (const auto& [start, end, name] :
       {std::tuple{40, 50, 'd'}, {10, 100, 'a'}, {20, 30, 'b'}, {20, 25, 'c'}, {60, 60, 'e'}})
    map.add(static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(end), name);
  std::string found;
  for (const std::uint64_t address : {9u, 10u, 20u, 24u, 25u, 30u, 40u, 49u, 50u, 60u, 99u, 100u})
    found += map.find(address) == nullptr ? '-' : map.find(address)->value;
  EXPECT_EQ(found, "-abbbaddaaa-") << "of two that begin at 20 the one that was added first";
  map.add(100, 101, 'f');
  EXPECT_EQ(map.find(100)->value, 'f');
}

TEST(SourceLines, DescribesTheModuleAndTheCompiler) {
  const address_info info = describe(code(&note_caller));
  EXPECT_EQ(info.state, debug_info::present);
  EXPECT_EQ(std::filesystem::path{info.module}, std::filesystem::read_symlink("/proc/self/exe"));
#ifdef __clang__
  EXPECT_TRUE(info.made_by_clang()) << info.producer;
#else
  EXPECT_FALSE(info.made_by_clang()) << info.producer;
#endif
}

TEST(SourceLines, CodeWithoutDebugInformationSaysSo) {
  const address_info info = describe(code(&cofault_test_bare_code));
  EXPECT_EQ(info.state, debug_info::no_debug_info);
  EXPECT_FALSE(info.module.empty());
  EXPECT_TRUE(info.places.empty());
}

TEST(SourceLines, SharedObjectsAreFound) {
  const void* in_libc = dlsym(RTLD_DEFAULT, "strtol_l");
  ASSERT_NE(in_libc, nullptr);
  const address_info info = describe(in_libc);
  EXPECT_NE(info.state, debug_info::unknown_address);
  EXPECT_NE(info.module.find("libc"), std::string::npos) << info.module;
}

TEST(SourceLines, AddressesThatAreNoCode) {
  int local = 0;
  for (const void* address :
       {static_cast<const void*>(nullptr), static_cast<const void*>(&local)}) {
    const address_info info = describe(address);
    EXPECT_EQ(info.state, debug_info::unknown_address) << info.module;
    EXPECT_TRUE(info.module.empty());
    EXPECT_TRUE(info.places.empty());
  }
}

TEST(SourceLines, TheSameInAForkedChild) {
  const auto before = places_of(code(&note_caller));
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool kept = places_of(code(&note_caller)) == before;
    const auto fresh = places_of(code(&throws));
    _exit(kept && fresh.size() == 1 && names(fresh[0], "throws") ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(SourceLines, FromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] { EXPECT_EQ(places_of(code(&throws)).size(), 1u); });
  }
  for (auto& thread : threads) thread.join();
}

TEST(SourceLines, LineInAHandlerLeadsToItsCatch) {
  const handler_seen seen = run_handler();
  const auto places = places_of_call(seen.return_address);
  ASSERT_EQ(places.size(), 1u);
  if (!source_line(places[0].file, 1)) GTEST_SKIP() << "the source is not at " << places[0].file;
  EXPECT_EQ(catch_line(places[0].file, places[0].line), seen.catch_line);
  EXPECT_EQ(comment_on(places[0].file, seen.catch_line), "cofault: deliberate");
}

TEST(StackHere, BeginsInTheCaller) {
  const auto stack = outer_stack(0, 8);
  ASSERT_GE(stack.size(), 3u);
  EXPECT_LE(stack.size(), 8u);
  EXPECT_TRUE(names(places_of_call(stack[0]).back(), "inner_stack"));
  EXPECT_TRUE(names(places_of_call(stack[1]).back(), "outer_stack"));
  EXPECT_TRUE(names(places_of_call(stack[2]).back(), "BeginsInTheCaller"));
}

TEST(StackHere, SkipsAndStops) {
  const auto stack = outer_stack(1, 2);
  ASSERT_EQ(stack.size(), 2u);
  EXPECT_TRUE(names(places_of_call(stack[0]).back(), "outer_stack"));
  EXPECT_TRUE(outer_stack(0, 0).empty());
  EXPECT_TRUE(outer_stack(100000, 4).empty());
}

}  // namespace
