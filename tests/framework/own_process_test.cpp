// SPDX-License-Identifier: BSL-1.0
// Bodies whose decisions depend on addresses: each run has a process of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "../support/exploring.hpp"
#include "cofault/inject/selector.hpp"
#include "cofault/inject/throwing.hpp"
#include "cofault/observe.hpp"
#include "cofault/runtime.hpp"
#include "cofault/site.hpp"

COFAULT_USER_CODE(__FILE__);

namespace {

using namespace std::chrono_literals;
using namespace cofault;
using runtime::task;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr int members = 3;

// Somebody in a chat, who waits for a line. In every second run the first has the highest address:
// so it may be in a heap that has been used in the meantime.
struct member {
  runtime::event line;

  static void* operator new(std::size_t) {
    alignas(member) static unsigned char memory[members][sizeof(member)];
    static int made = 0;
    const int run = made / members, i = made++ % members;
    return memory[run % 2 == 0 ? i : members - 1 - i];
  }
  static void operator delete(void*) {}
};

// The same from the heap.
template <std::size_t Size>
struct sized_member {
  runtime::event line;
  char name[Size];
};
using heap_member = sized_member<400>;

template <class Member>
struct in_set : std::set<Member*> {
  void join(Member* m) { this->insert(m); }
};
template <class Member>
struct in_list : std::list<Member*> {
  void join(Member* m) { this->push_back(m); }
};

// Hears the line and passes it on; tries once more.
template <class Member>
task<> session(std::shared_ptr<Member> me) {
  bool again = false;
  try {
    co_await me->line.wait();
    co_await runtime::yield();
  } catch (const int&) {
    reported();
    again = true;
  }
  if (again) co_await runtime::yield();
}

// … and says nothing of it when the second try fails, too.
template <class Member>
task<> silent_session(std::shared_ptr<Member> me) {
  try {
    co_await session(std::move(me));
  } catch (const int&) {
  }
}

// … and one that is not the same in two runs of one process.
template <class Member>
task<> session_by_run(std::shared_ptr<Member> me) {
  static int runs = 0;
  const bool odd = ++runs / members % 2 == 1;
  co_await silent_session(std::move(me));
  if (odd) co_await runtime::yield();
}

template <class Room, class Session>
task<> chat(Session session_of) {
  using someone = std::remove_pointer_t<typename Room::value_type>;
  Room room;
  std::vector<std::shared_ptr<someone>> all;
  std::vector<runtime::handle<>> sessions;
  for (int i = 0; i < members; ++i) {
    all.emplace_back(new someone);
    room.join(all.back().get());
    sessions.push_back(runtime::spawn(session_of(all.back())));
  }
  co_await runtime::yield();  // everybody listens
  for (someone* m : room) m->line.set();
  for (auto& s : sessions) co_await s;
}

template <class Room, class Session>
auto body(Session session_of) {
  return [session_of] { return chat<Room>(session_of); };
}

options with_ints() {
  return options()
      .inject(inject::only(inject::throwing(1), inject::in("session") || inject::in("chat")))
      .search(search::exhaustive(2));
}

// What a reader would call the same findings.
std::vector<std::string> findings_of(const exploration& e) {
  std::vector<std::string> out;
  for (const finding& f : e.findings)
    out.push_back(f.property + " at " + sites::place(f.site) + " and " + std::to_string(f.more));
  return out;
}

const auto has_note = Contains(AllOf(HasSubstr("each run had a process of its own"),
                                     HasSubstr("differ first at own_process_test.cpp:")));

TEST(OwnProcess, FindsInASetWhatItFindsInAList) {
  const auto set = explore(body<in_set<member>>(silent_session<member>), with_ints());
  const auto list = explore(body<in_list<member>>(silent_session<member>), with_ints());
  EXPECT_THAT(list.findings, SizeIs(1)) << describe(list);
  EXPECT_EQ(findings_of(set), findings_of(list)) << describe(set);
  EXPECT_EQ(set.trials, list.trials);
  EXPECT_TRUE(set.complete && list.complete);
  EXPECT_THAT(set.notes, has_note);
  EXPECT_THAT(list.notes, Not(has_note));
}

TEST(OwnProcess, IsSilentOfTheFixedProgram) {
  const auto set = explore(body<in_set<member>>(session<member>), with_ints());
  const auto list = explore(body<in_list<member>>(session<member>), with_ints());
  EXPECT_TRUE(set.clean()) << describe(set);
  EXPECT_TRUE(list.clean()) << describe(list);
  EXPECT_THAT(set.notes, has_note);
}

TEST(OwnProcess, FindsTheSameWithTheHeap) {
  for (const auto s : {session<heap_member>, silent_session<heap_member>}) {
    const auto set = explore(body<in_set<heap_member>>(s), with_ints());
    const auto list = explore(body<in_list<heap_member>>(s), with_ints());
    EXPECT_EQ(findings_of(set), findings_of(list)) << describe(set);
  }
}

// Blocks of many sizes, of which every other one is given back, in an order that the seed decides.
struct used_heap {
  explicit used_heap(std::uint32_t seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 3000; ++i) blocks.emplace_back(random() % 600 + 1, 'x');
    std::shuffle(blocks.begin(), blocks.end(), random);
    blocks.erase(blocks.begin(), blocks.begin() + 1500);
  }
  std::vector<std::string> blocks;
};

TEST(OwnProcess, SeesTheSameOrderWhateverTheProcessDidBefore) {
  std::set<std::string> all;
  for (std::uint32_t seed = 1; seed < 4; ++seed) {
    const used_heap before(seed);
    const auto e = explore(body<in_set<heap_member>>(session_by_run<heap_member>), with_ints());
    ASSERT_THAT(e.findings, SizeIs(1)) << describe(e);
    all.insert(e.findings[0].report);
  }
  EXPECT_THAT(all, SizeIs(1));
}

// Up to its fault a run is as the one without. (Properties are asked in the test's own process.)
struct begins_alike : property {
  std::string_view name() const override { return "each run begins alike"; }
  kind_set needs() const override { return ~kind_set{0}; }
  void judge(const outcome& what, std::vector<violation>& out) const override {
    static std::vector<event> plain;
    const auto same = [](const event& a, const event& b) {
      return a.kind == b.kind && a.frame == b.frame && a.site == b.site;
    };
    const auto begin = what.trace().first(what.departed);
    if (what.fault_free)
      plain.assign(begin.begin(), begin.end());
    else if (!std::equal(begin.begin(), begin.end(), plain.begin(), same))
      out.push_back({0, 0, "it does not"});
  }
};

template <class Member>
void expect_alike() {
  const auto how = with_ints().judge(begins_alike()).search(search::exhaustive(1));
  const auto e = explore(body<in_set<Member>>(session_by_run<Member>), how);
  EXPECT_TRUE(e.clean()) << describe(e);
  EXPECT_THAT(e.notes, has_note);
}

TEST(OwnProcess, EachRunBeginsAlike) {
  expect_alike<member>();
  expect_alike<sized_member<1>>();
  expect_alike<sized_member<20>>();
  expect_alike<sized_member<80>>();
}

TEST(OwnProcess, ShrinksSaysWhatIsNeededAndReplays) {
  const auto chatting = body<in_set<member>>(silent_session<member>);
  const auto e = explore(chatting, with_ints());
  ASSERT_THAT(e.findings, SizeIs(1));
  const finding& f = e.findings[0];
  EXPECT_EQ(f.smallest.size(), 2u);
  EXPECT_THAT(f.report,
              AllOf(HasSubstr("without the first: "), HasSubstr("without the second: "),
                    HasSubstr("session() gets the fault"), Not(HasSubstr("it is not needed"))));
  const auto again = explore(chatting, with_ints().replay(encode(f.smallest)));
  ASSERT_THAT(again.findings, SizeIs(1)) << describe(again);
  EXPECT_EQ(again.findings[0].site, f.site);
  EXPECT_THAT(again.notes, AllOf(has_note, Contains(HasSubstr("where addresses are others"))));
}

TEST(OwnProcess, SaysThatAddressesDecideWhereAReplayIsNotReached) {
  const auto chatting = body<in_set<member>>(session<member>);
  const auto how = with_ints().replay("own_process_test.cpp:session+0/9.1=throw#1");
  EXPECT_THAT(explore(chatting, how).error,
              AllOf(HasSubstr("was not reached"), HasSubstr("other addresses here")));
  const auto listed = explore(body<in_list<member>>(session<member>), how);
  EXPECT_THAT(listed.error, AllOf(HasSubstr("was not reached"), Not(HasSubstr("addresses"))));
}

TEST(OwnProcess, IsNotForWhatRunsInThisProcess) {
  const auto e = explore(body<in_set<member>>(session<member>), with_ints().in_process());
  EXPECT_THAT(e.error, AllOf(HasSubstr("is not deterministic"), HasSubstr("in_process()")));
}

// What each run finds there is another number, whatever its process.
int& number_of_run() {
  static int& shared = *static_cast<int*>(
      ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  return shared;
}

TEST(OwnProcess, DoesNotHelpWhereSomethingElseDecides) {
  number_of_run() = 0;
  const auto e = explore([]() -> task<> {
    for (int i = ++number_of_run() % 2; i < 2; ++i) co_await runtime::yield();
  });
  EXPECT_THAT(e.error, AllOf(HasSubstr("is not deterministic"),
                             HasSubstr("differ first at own_process_test.cpp:"),
                             Not(HasSubstr("in_process()"))));
}

// The template has seen another value.
TEST(OwnProcess, DoesNotHelpWhereAnObservedValueDependsOnAddresses) {
  const auto e = explore([]() -> task<> {
    std::vector<std::unique_ptr<member>> all;
    for (int i = 0; i < members; ++i) all.emplace_back(new member);
    const auto lowest = std::min_element(all.begin(), all.end()) - all.begin();
    for (int i = 0; i < lowest; ++i) co_await runtime::yield();
    observe(lowest);
    co_await runtime::yield();
  });
  EXPECT_THAT(e.error, AllOf(HasSubstr("is not deterministic"), HasSubstr("observed")));
}

TEST(OwnProcess, DoesNotHelpWhereARunLeavesAThreadBehind) {
  const auto e = explore([]() -> task<> {
    static const bool started = [] {
      std::thread([] {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable().wait(lock, [] { return false; });
      }).detach();
      return true;
    }();
    static int runs = 0;
    if (started && ++runs % 2 == 0) co_await runtime::yield();
    co_await runtime::yield();
  });
  EXPECT_THAT(e.error, HasSubstr("is not deterministic"));
}

enum class death { crash, exit, spin };

task<> dying_session(std::shared_ptr<member> me, death how) {
  try {
    co_await me->line.wait();
    co_await runtime::yield();
  } catch (const int&) {
    std::cout << "a last word" << std::endl;
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer would report it and exit
    if (how == death::crash) ::raise(SIGSEGV);
    if (how == death::exit) std::_Exit(7);
    for (volatile bool forever = true; forever;) {
    }
  }
}

TEST(OwnProcess, ADeathIsAFindingAndTheSearchGoesOn) {
  const std::pair<death, const char*> all[] = {{death::crash, "died of signal 11"},
                                               {death::exit, "exit status 7"},
                                               {death::spin, "made no progress"}};
  for (const auto& [how, words] : all) {
    const auto dies = [how = how](std::shared_ptr<member> me) { return dying_session(me, how); };
    const auto options = with_ints()
                             .inject(inject::only(inject::throwing(1), inject::in("dying_session")))
                             .watchdog(50ms)
                             .trials(how == death::spin ? 1 : 100);
    const auto set = explore(body<in_set<member>>(dies), options);
    const auto list = explore(body<in_list<member>>(dies), options);
    ASSERT_THAT(set.findings, SizeIs(how == death::spin ? 1 : 2)) << describe(set);
    EXPECT_EQ(set.findings[0].property, "the process survives");
    EXPECT_THAT(set.findings[0].explanation, AllOf(HasSubstr(words), HasSubstr("a last word")));
    EXPECT_EQ(findings_of(set), findings_of(list));
    EXPECT_EQ(set.trials, list.trials);
    EXPECT_THAT(set.notes, has_note);
  }
}

}  // namespace
