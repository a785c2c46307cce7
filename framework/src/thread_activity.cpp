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
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>
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

activity in_call(long number) {
  switch (number) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return activity::sleeping;
    case SYS_futex:
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

// Where the system call is not told: the state, behind the name in parentheses. Who waits for a
// lock or a condition sleeps, 'S', and so does who waits for a socket.
activity in_state(std::string_view line) {
  const std::size_t name = line.rfind(") ");
  const char state = name == line.npos || name + 2 >= line.size() ? '\0' : line[name + 2];
  return state == 'R' || state == 'D' ? activity::running : activity::none;
}

// "running", or the number of the system call that it is in; -1: it waits for a page. Nothing: it
// has ended.
std::optional<activity> activity_of(pid_t thread) {
  std::array<char, 512> buffer;
  const std::string_view call = read_file(thread, "syscall", buffer);
  if (call.empty()) {
    const std::string_view line = read_file(thread, "stat", buffer);
    return line.empty() ? std::nullopt : std::optional(in_state(line));
  }
  const bool is_number = call[0] >= '0' && call[0] <= '9';
  return is_number ? in_call(std::strtol(call.data(), nullptr, 10)) : activity::running;
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

// As they were when there were so many.
struct known_threads {
  nlink_t links = 0;
  std::vector<pid_t> others;
};

thread_local std::vector<pid_t> given_up_on;

bool is_given_up_on(pid_t thread) {
  return std::find(given_up_on.begin(), given_up_on.end(), thread) != given_up_on.end();
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

activity most_active() {
  static thread_local known_threads known;
  if (!ever_existed()) return activity::none;
  const nlink_t now = links();
  if (now == links_of_one) return activity::none;
  for (bool anew = known.links != now;; anew = true) {
    if (anew) known = {now, list_others()};
    activity most = activity::none;
    bool all_there = true;
    for (const pid_t thread : known.others) {
      if (is_given_up_on(thread)) continue;
      const auto does = activity_of(thread);
      if (does == activity::running) return activity::running;
      if (does) most = std::max(most, *does);
      all_there = all_there && does;
    }
    if (all_there || anew) return most;
  }
}

void give_up_on(activity least) {
  for (const pid_t thread : list_others())
    if (!is_given_up_on(thread) && activity_of(thread) >= least) given_up_on.push_back(thread);
}

}  // namespace cofault::detail::other_threads
