// SPDX-License-Identifier: BSL-1.0
#include "kept_output.hpp"

#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <system_error>

namespace cofault::detail {
namespace {

bool kept = false;

// What stdio still holds.
std::uint64_t pending() { return __fpending(stdout) + __fpending(stderr); }

}  // namespace

kept_output::kept_output()
    : before_(kept),
      file_(::memfd_create("cofault-output", MFD_CLOEXEC)),
      output_(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)),
      error_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)),
      if_it_dies_(output_, error_) {
  if (file_ < 0 || output_ < 0 || error_ < 0)
    throw std::system_error(errno, std::generic_category(), "cofault: cannot redirect the output");
  std::fflush(nullptr);
  keep_output_in(file_);
}

kept_output::~kept_output() {
  std::fflush(nullptr);
  kept = before_;
  ::dup2(output_, STDOUT_FILENO);
  ::dup2(error_, STDERR_FILENO);
  for (const int fd : {file_, output_, error_}) ::close(fd);
}

void keep_output_in(int file) {
  ::dup2(file, STDOUT_FILENO);
  ::dup2(file, STDERR_FILENO);
  kept = true;
}

void forget_output() {
  if (!kept) return;
  if (::lseek(STDOUT_FILENO, 0, SEEK_CUR) == 0 && pending() == 0) return;
  std::fflush(nullptr);
  [[maybe_unused]] const int cut = ::ftruncate(STDOUT_FILENO, 0);
  ::lseek(STDOUT_FILENO, 0, SEEK_SET);
}

std::uint64_t printed_so_far() {
  if (!kept) return 0;
  // Both streams share one file, unless the test has put another one in place of it to read there
  // what is printed. So a byte may count twice.
  std::uint64_t written = pending();
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    written += static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_CUR));
  return written;
}

}  // namespace cofault::detail
