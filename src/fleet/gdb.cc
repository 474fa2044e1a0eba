// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/gdb.h"

#include <fmt/format.h>

#include "fleet/access.h"
#include "kernel/record.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

/// How many ports from the plan's upwards are tried.
constexpr int kTries = 1000;

/// Where a kernel's symbols are, and the directories its gdb scripts may be loaded from.
struct Symbols {
  std::string vmlinux;
  std::vector<std::string> trusted;
  std::string hint;   ///< how to get a vmlinux that is not there
};

Symbols find_symbols(const Context& context, const plan::Node& node) {
  if (node.kernel.empty()) {
    // `nixos-build output kernel-dev` leaves the link.
    const auto file = fmt::format("{}/nixos/generated/{}/result-kernel-dev/vmlinux", context.plan.instance.tree,
                                  node.system);
    if (context.files.exists(file)) return {file, {}, {}};
    return {{}, {}, "`build/nixos-build output kernel-dev` gets the one of the image's kernel."};
  }
  const auto record = kernel::load_record(context.plan.linux, node.kernel, context.files);
  Symbols symbols{record.vmlinux, {}, "`make linux` keeps it in its build directory."};
  // vmlinux-gdb.py is a link from the build directory into the sources.
  for (const auto& directory : {record.build, record.source}) {
    if (!directory.empty()) symbols.trusted.push_back(directory);
  }
  if (!context.files.exists(symbols.vmlinux)) symbols.vmlinux.clear();
  return symbols;
}

}  // namespace

GdbPorts::GdbPorts(const Context& context, const std::vector<hypervisor::Domain>& domains)
    : context_(context) {
  for (const auto& domain : domains) {
    if (domain.owner && domain.owner->gdb_port != 0) current_[domain.name] = domain.owner->gdb_port;
  }
}

int GdbPorts::choose(const plan::Node& node) {
  if (node.gdb_port == 0) return 0;
  const std::lock_guard lock(mutex_);
  const auto try_port = [&](int port) {
    for (const auto& [name, theirs] : current_) {
      if (theirs == port && name != node.name) return false;
    }
    return !chosen_.contains(port) && context_.port_free(port) && chosen_.insert(port).second;
  };
  if (const auto own = current_.find(node.name); own != current_.end() && try_port(own->second)) {
    return own->second;
  }
  for (int port = node.gdb_port; port < std::min(node.gdb_port + kTries, 65536); ++port) {
    if (try_port(port)) return port;
  }
  throw Error(ExitCode::host_not_ready,
              fmt::format("no port of 127.0.0.1 is free for its gdb stub from {} on", node.gdb_port),
              node.name, "Choose another CONFIG_LIBVIRT_GDB_BASEPORT.");
}

int gdb_port(const Context& context, const plan::Node& node) {
  const auto domain = need_ours(context, node);
  if (domain.owner->gdb_port != 0) return domain.owner->gdb_port;
  throw Error(ExitCode::failed, "it has no gdb stub", node.name,
              "Set CONFIG_LIBVIRT_ENABLE_GDB; the next `make bringup` gives every node one.");
}

std::vector<std::string> gdb_command(const Context& context, const plan::Node& node,
                                     const std::vector<std::string>& more) {
  const int port = gdb_port(context, node);
  if (!context.hypervisor.local()) {
    throw Error(ExitCode::failed, fmt::format("the stub listens on port {} of the loopback of the "
                                              "machine that runs it", port),
                node.name, "Forward that port with `ssh -L`, and point gdb at it.");
  }
  const auto symbols = find_symbols(context, node);
  std::vector<std::string> argv{"gdb", "-q"};
  for (const auto& directory : symbols.trusted) {
    argv.insert(argv.end(), {"-iex", "add-auto-load-safe-path " + directory});
  }
  if (symbols.vmlinux.empty()) {
    context.progress.warn(node.name + ": gdb gets no symbols: there is no vmlinux. " + symbols.hint);
  } else {
    argv.push_back(symbols.vmlinux);
  }
  argv.insert(argv.end(), {"-ex", fmt::format("target remote 127.0.0.1:{}", port)});
  argv.insert(argv.end(), more.begin(), more.end());
  return argv;
}

}  // namespace kdevops::fleet
