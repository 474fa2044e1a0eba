// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kdevops::hypervisor {

/// Paused from outside; suspended by the guest itself.
enum class State { off, running, paused, suspended, shutting_down, crashed };
const char* to_string(State state);

/// Our metadata in a domain (namespace emit::kMetadataNamespace). What follows `directory` is set
/// when the domain is defined; the rest is in the emitted XML.
struct Owner {
  std::string tree;          ///< absolute path of the tree that made the domain
  std::string id;            ///< its instance id
  std::string node;
  std::string mac;
  std::string network;       ///< where its reservation is
  std::string directory;     ///< of the node's disks and log
  std::string base;          ///< the base image its root disk stands on, or its closure
  std::string intent;        ///< sha256 of what the domain was made from
  std::string tool_version;
  bool kvm = false;          ///< defined to run under KVM
  std::string kernel;        ///< release of the kernel it boots directly, or empty
  int gdb_port = 0;          ///< of its gdb stub on loopback; 0: none
};

struct Domain {
  std::string name;
  std::string uuid;
  State state = State::off;
  std::optional<Owner> owner;  ///< nullopt: not made by this program
};

struct Network {
  std::string name;
  bool active = false;
  bool persistent = true;
  std::string xml;             ///< live when active, else the definition
};

/// One DHCP reservation of a network, <host>.
struct Reservation {
  std::string mac, name, address;
};

struct Lease {
  std::string mac, address, hostname;
  std::int64_t expires = 0;    ///< seconds since the epoch; grows with every renewal
};

struct Host {
  std::uint64_t memory_mib = 0;
  unsigned cpus = 1;
};

/// The user and group QEMU runs as, for files libvirt does not hand over itself.
struct QemuUser {
  unsigned uid = 0, gid = 0;
};

/// One file in a directory of the daemon's.
struct Volume {
  std::string name;            ///< file name in the directory
  std::string format;          ///< raw | qcow2
  std::uint64_t size_bytes = 0;  ///< 0 for an overlay: that of its base
  std::string base;            ///< absolute path of a qcow2 backing file, or empty
};

/// The seam to what runs the nodes. Calls may come from several threads at once. Every failing
/// call throws Error naming the object, with the hypervisor's own words and a hint. Domains and
/// networks are named; unknown names are Errors but where it says otherwise.
class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  virtual std::string uri() const = 0;
  /// True when the daemon is on this machine, so that we and it see the same files.
  virtual bool local() const = 0;
  virtual Host host() = 0;
  virtual QemuUser qemu_user() = 0;

  virtual std::vector<Domain> domains() = 0;
  virtual std::optional<Domain> domain(const std::string& name) = 0;
  /// Creates the domain, or changes the one with the same name and uuid.
  virtual void define(const std::string& xml) = 0;
  virtual void start(const std::string& name) = 0;
  /// Presses the power button. A guest that has no one listening yet ignores it.
  virtual void shut_down(const std::string& name) = 0;
  /// Pulls the plug. A domain that is off already is no error.
  virtual void power_off(const std::string& name) = 0;
  /// Removes the definition with NVRAM, saved state and snapshot metadata. None: no error.
  virtual void undefine(const std::string& name) = 0;

  virtual std::optional<Network> network(const std::string& name) = 0;
  virtual void define_network(const std::string& xml) = 0;
  virtual void start_network(const std::string& name) = 0;
  virtual void set_network_autostart(const std::string& name) = 0;
  /// Adds a reservation, live and in the definition. Returns false when the MAC, the name or the
  /// address is reserved already.
  virtual bool add_reservation(const std::string& network, const Reservation& reservation) = 0;
  /// Removes the reservation of a MAC. None: no error.
  virtual void remove_reservation(const std::string& network, const std::string& mac) = 0;
  /// Leases of dnsmasq, also expired or stale ones; empty when the network has no DHCP of libvirt's.
  virtual std::vector<Lease> leases(const std::string& network) = 0;

  /// For users who may not write where the disks are: files made, read and removed by the daemon.
  /// Makes `directory` and the volumes in it that do not exist yet, owned by QEMU's user.
  virtual void create_volumes(const std::string& directory, const std::vector<Volume>& volumes) = 0;
  /// Makes or replaces a file; whoever runs QEMU can read it.
  virtual void write_volume(const std::string& directory, const std::string& name,
                            const std::string& bytes) = 0;
  virtual void remove_volume(const std::string& directory, const std::string& name) = 0;
  /// The files in `directory`; empty when there is none.
  virtual std::vector<Volume> volumes(const std::string& directory) = 0;
  /// What a file has behind its first `offset` bytes.
  virtual std::string read_volume(const std::string& directory, const std::string& name,
                                  std::size_t offset) = 0;
  virtual void remove_directory(const std::string& directory) = 0;

  /// Connects this terminal to the node's serial console until ^] is typed or `stop` is requested.
  virtual void console(const std::string& name, std::stop_token stop) = 0;
};

/// Opens a libvirt connection. Throws Error (host_not_ready) saying what is not running or not
/// allowed, and what to do.
std::unique_ptr<Hypervisor> open_libvirt(const std::string& uri);

}  // namespace kdevops::hypervisor
