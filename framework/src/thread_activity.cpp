// SPDX-License-Identifier: BSL-1.0
// What the kernel tells of the other threads of this process.
#include <dirent.h>
#include <fcntl.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "other_threads.hpp"

namespace cofault::detail::other_threads {
namespace {

// "": it cannot be read.
std::string_view read_file(pid_t thread, const char* name, std::array<char, 512>& buffer) {
  std::array<char, 64> path;
  std::snprintf(path.data(), path.size(), "/proc/self/task/%d/%s", static_cast<int>(thread), name);
  const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return "";
  const ssize_t got = ::read(file, buffer.data(), buffer.size() - 1);
  ::close(file);
  if (got <= 0) return "";
  buffer[static_cast<std::size_t>(got)] = '\0';
  return {buffer.data(), static_cast<std::size_t>(got)};
}

// Of a wait for other threads: the fourth argument of futex(), in hexadecimal digits.
bool has_time_limit(const char* arguments) {
  char* rest = const_cast<char*>(arguments);
  for (int i = 0; i < 3; ++i) std::strtoul(rest, &rest, 16);
  return std::strtoul(rest, nullptr, 16) != 0;
}

// `arguments` of the call begin with a space.
activity in_call(long number, const char* arguments) {
  switch (number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return activity::sleeping;
    case SYS_futex:
      return has_time_limit(arguments) ? activity::blocked : activity::none;
    case SYS_accept:
    case SYS_accept4:
    case SYS_epoll_pwait:
#ifdef SYS_epoll_wait
    case SYS_epoll_wait:
#endif
    case SYS_rt_sigtimedwait:
    case SYS_rt_sigsuspend:
      return activity::none;
    default:
      return activity::blocked;
  }
}

// Behind the name in parentheses; 0: it has ended. Who waits for a lock or a condition sleeps, 'S',
// and so does who waits for a socket; who waits for the disk, 'D', goes on by itself.
char state_of(pid_t thread) {
  std::array<char, 512> buffer;
  const std::string_view line = read_file(thread, "stat", buffer);
  const std::size_t name = line.rfind(") ");
  return name == line.npos || name + 2 >= line.size() ? '\0' : line[name + 2];
}

// "running", or the number of the system call that it is in; -1: it waits for a page. Nothing: it
// has ended. Where the call is not told, the state has to do.
std::optional<activity> activity_of(pid_t thread) {
  std::array<char, 512> buffer;
  const std::string_view call = read_file(thread, "syscall", buffer);
  if (call.empty()) {
    const char state = state_of(thread);
    if (state == '\0') return std::nullopt;
    return state == 'R' || state == 'D' ? activity::running : activity::none;
  }
  if (call[0] < '0' || call[0] > '9') return activity::running;
  char* arguments = nullptr;
  const long number = std::strtol(call.data(), &arguments, 10);
  const activity does = in_call(number, arguments);
  return does == activity::blocked && state_of(thread) == 'D' ? activity::sleeping : does;
}

constexpr const char* directory = "/proc/self/task";
thread_local int watched = -1;  // the directory, while somebody watches

// The directory of the threads has a link for each, and two of its own.
nlink_t links() {
  struct stat tasks;
  const int failed = watched >= 0 ? ::fstat(watched, &tasks) : ::stat(directory, &tasks);
  return failed == 0 ? tasks.st_nlink : 0;
}
constexpr nlink_t links_of_one = 3;

// All but this one.
std::vector<pid_t> list_others() {
  std::vector<pid_t> out;
  DIR* tasks = ::opendir(directory);
  if (tasks == nullptr) return out;
  const pid_t own = ::gettid();
  while (const dirent* entry = ::readdir(tasks))
    if (const pid_t thread = std::atoi(entry->d_name); thread != 0 && thread != own)
      out.push_back(thread);
  ::closedir(tasks);
  return out;
}

// Another thread, what it did at the last look, and what it was given up on for.
struct known_thread {
  pid_t number;
  activity seen = activity::none;
  activity given_up_for = activity::none;
  std::uint64_t turns = 0;
};

// As they were when there were so many.
struct known_threads {
  nlink_t links = 0;
  std::vector<known_thread> others;

  void list_anew(nlink_t now) {
    std::vector<known_thread> there;
    for (const pid_t number : list_others()) {
      const auto known = std::find_if(others.begin(), others.end(),
                                      [&](const known_thread& t) { return t.number == number; });
      there.push_back(known == others.end() ? known_thread{number} : *known);
    }
    others = std::move(there);
    links = now;
  }
};
thread_local known_threads known;

// How often it was given a processor so far: the last of three numbers.
std::uint64_t turns_of(pid_t thread) {
  std::array<char, 512> buffer;
  const std::string_view numbers = read_file(thread, "schedstat", buffer);
  const std::size_t last = numbers.rfind(' ');
  return last == numbers.npos ? 0 : std::strtoull(numbers.data() + last, nullptr, 10);
}

}  // namespace

// Its number is out of the way: the program's descriptors have those that they would have alone.
watch::watch() {
  constexpr int high = 500;
  if (!ever_existed()) return;
  const int opened = ::open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return;
  watched = ::fcntl(opened, F_DUPFD_CLOEXEC, high);
  ::close(opened);
}
watch::~watch() {
  if (watched >= 0) ::close(watched);
  watched = -1;
}

bool ever_existed() { return !__libc_single_threaded; }
bool exist() { return ever_existed() && links() != links_of_one; }

sight look(bool at_last) {
  constexpr sight nobody{activity::none, true, false};
  if (!ever_existed()) return nobody;
  const nlink_t now = links();
  if (now == links_of_one) return nobody;
  for (bool anew = known.links != now;; anew = true) {
    if (anew) known.list_anew(now);
    sight seen{activity::none, true, true};
    bool all_there = true;
    for (known_thread& thread : known.others) {
      const auto does = activity_of(thread.number);
      all_there = all_there && does;
      thread.seen = does.value_or(activity::none);
      if (!does) continue;
      seen.all_wait = seen.all_wait && *does == activity::none;
      if (*does > thread.given_up_for || (at_last && *does == activity::blocked))
        seen.most = std::max(seen.most, *does);
    }
    if (all_there || anew) return seen;
  }
}

void give_up_on(activity what) {
  for (known_thread& thread : known.others)
    if (thread.seen == what) thread.given_up_for = std::max(thread.given_up_for, what);
}

void count_turns() {
  for (known_thread& thread : known.others) thread.turns = turns_of(thread.number);
}

bool give_up_on_tickers() {
  constexpr std::uint64_t ticks = 3;
  bool any = false;
  for (known_thread& thread : known.others) {
    if (thread.given_up_for >= activity::sleeping) continue;
    if (turns_of(thread.number) < thread.turns + ticks) continue;
    if (thread.seen == activity::running) continue;
    thread.given_up_for = activity::sleeping;
    any = true;
  }
  return any;
}

}  // namespace cofault::detail::other_threads
