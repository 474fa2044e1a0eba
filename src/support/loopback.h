// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace kdevops::support {

/// True when nobody on this host listens on 127.0.0.1:port.
bool loopback_port_free(int port);

}  // namespace kdevops::support
