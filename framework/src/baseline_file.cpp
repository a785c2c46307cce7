// SPDX-License-Identifier: BSL-1.0
#include "baseline_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "cofault/baseline.hpp"

namespace cofault::detail {
namespace {

[[noreturn]] void refuse(const baseline_path& file, const std::string& why) {
  std::error_code ignored;
  const std::filesystem::path full = std::filesystem::absolute(file.path, ignored);
  throw bad_baseline("the baseline '" + (full.empty() ? file.path : full.string()) + "' of " +
                     file.given_by + " " + why);
}

[[noreturn]] void refuse_system(const baseline_path& file, const std::string& what) {
  refuse(file, "cannot be " + what + ": " + std::generic_category().message(errno) +
                   "; correct the path or the permissions");
}

// A directory, or a pipe that nobody writes to, is found out before it is opened.
bool exists(const baseline_path& file) {
  struct stat is {};
  if (::stat(file.path.c_str(), &is) != 0) {
    if (errno == ENOENT) return false;
    refuse_system(file, "read");
  }
  if (S_ISDIR(is.st_mode)) refuse(file, "is a directory; name a file in it");
  if (!S_ISREG(is.st_mode)) refuse(file, "is no regular file; name another one");
  return true;
}

std::string all_of(int fd, const baseline_path& file) {
  std::string out;
  char part[4096];
  for (;;) {
    const ssize_t n = ::read(fd, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse_system(file, "read");
    if (n == 0) return out;
    out.append(part, static_cast<std::size_t>(n));
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Another process may have put a new file in the place of the one that was waited for.
bool is_still(int fd, const std::string& path) {
  struct stat here {
  }, there{};
  return ::fstat(fd, &here) == 0 && ::stat(path.c_str(), &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

struct descriptor {
  int fd;
  ~descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

std::string read_baseline(const baseline_path& file, bool may_miss) {
  if (!exists(file)) {
    if (may_miss) return "";
    refuse(
        file,
        "does not exist; run the test once with COFAULT_UPDATE_BASELINE=1 to make it, or correct "
        "the path");
  }
  const descriptor opened{::open(file.path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (opened.fd < 0) refuse_system(file, "read");
  return all_of(opened.fd, file);
}

locked_baseline::locked_baseline(const baseline_path& file) : file_(file), target_(file.path) {
  exists(file);
  std::error_code ignored;
  if (const auto real = std::filesystem::canonical(file.path, ignored); !real.empty())
    target_ = real.string();
  for (;;) {
    descriptor opened{::open(target_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)};
    if (opened.fd < 0) refuse_system(file, "written");
    while (::flock(opened.fd, LOCK_EX) != 0)
      if (errno != EINTR) refuse_system(file, "locked");
    if (!is_still(opened.fd, target_)) continue;
    text_ = all_of(opened.fd, file);
    fd_ = std::exchange(opened.fd, -1);
    return;
  }
}

locked_baseline::~locked_baseline() { ::close(fd_); }

void locked_baseline::replace(const std::string& text) const {
  // Whoever holds the lock has this name for itself.
  const std::string fresh = target_ + ".new";
  struct stat old {};
  ::fstat(fd_, &old);
  const descriptor opened{
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666)};
  if (opened.fd < 0) refuse_system(file_, "written");
  if (!write_all(opened.fd, text) || ::fchmod(opened.fd, old.st_mode & 07777) != 0 ||
      ::rename(fresh.c_str(), target_.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    errno = error;
    refuse_system(file_, "written");
  }
}

}  // namespace cofault::detail
