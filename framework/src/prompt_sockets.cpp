// SPDX-License-Identifier: BSL-1.0
// Sockets are real: what is sent has to arrive while the virtual clock stands still. TCP keeps a
// small write back until the one before is acknowledged, which takes 40 ms of real time. A socket
// of a run does not; one that a listening socket accepts is like that one. A program that wants the
// delay can still ask for it. Weak: a test may have its own.
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "cofault/clock.hpp"

extern "C" [[gnu::weak]] int socket(int domain, int type, int protocol) noexcept {
  static const auto real = reinterpret_cast<int (*)(int, int, int)>(::dlsym(RTLD_NEXT, "socket"));
  const int made = real(domain, type, protocol);
  constexpr int kind = ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (made < 0 || !cofault::virtual_clock::running() || (type & kind) != SOCK_STREAM ||
      (domain != AF_INET && domain != AF_INET6))
    return made;
  const int before = errno;
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  errno = before;
  return made;
}
