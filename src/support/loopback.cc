// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/loopback.h"

#include <cstdint>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "support/descriptor.h"

namespace kdevops::support {

bool loopback_port_free(int port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return true;
  // As QEMU does: a connection that has just ended is no obstacle.
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(socket.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
}

}  // namespace kdevops::support
