// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>

#include "fleet/context.h"
#include "fleet/intent.h"

namespace kdevops::fleet {

/// What shall become of a root disk that is there already.
enum class RootDisk {
  keep,     ///< the domain vouches for it
  check,    ///< keep it when it is whole and stands on the right base image
  replace,  ///< the base image changed
};

/// The files of a node: <directory>/root.qcow2 or vmlinuz and initrd, extra<N>.<format>, console.log.
class Disks {
 public:
  virtual ~Disks() = default;
  /// Makes what is missing. Extra drives that exist are always kept. An imageless node gets a copy
  /// of its kernel and initial ramdisk: QEMU runs as another user, who need not reach what a
  /// developer built below his home, and what libvirt hands over to that user is then no one else's.
  virtual void prepare(const plan::Node& node, const Intent& intent, RootDisk root) = 0;
  /// Removes a node's directory with all that is in it. False when there was nothing.
  virtual bool remove(const std::string& directory) = 0;
  /// A file of the directory behind its first `offset` bytes; "" when there is none that we may read.
  virtual std::string read(const std::string& directory, const std::string& name, std::size_t offset) = 0;
  /// Absolute paths of the node directories below <storage>/<instance id>.
  virtual std::vector<std::string> directories() = 0;
};

/// By ourselves (qemu-img) as root or with a libvirtd of our own user; else by the daemon, because
/// a member of the group libvirt may ask it for files but not write where they go.
std::unique_ptr<Disks> make_disks(const Context& context);

}  // namespace kdevops::fleet
