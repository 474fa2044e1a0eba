// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kdevops::plan {

/// A value of extra_vars.yaml: Kconfig's bool, int, hex (kept as written, "0x.."), string.
struct Hex {
  std::string digits;  ///< as .config has it, with 0x
  bool operator==(const Hex&) const = default;
};
using Value = std::variant<bool, std::int64_t, Hex, std::string>;

/// This checkout (or O= directory) as an instance beside others on the same host.
struct Instance {
  std::string topdir;    ///< absolute: the sources (playbooks/, nixos/, templates/)
  std::string tree;      ///< absolute: where .config and the generated files live; topdir without O=
  std::string id;        ///< first 8 hex digits of sha256(tree): ports, MACs, storage, ownership
  std::string key_name;  ///< kdevops-nixos-<last two parts>-<id>
  bool operator==(const Instance&) const = default;
};

/// One extra block device of a node. Order is the drive number: 0 is /data, 1 the test device ...
struct Drive {
  std::string serial;          ///< kdevops<N>, seen in the guest as /dev/disk/by-id/virtio-kdevops<N>
  std::string bus;             ///< virtio | nvme | ide | scsi
  std::string format;          ///< raw | qcow2
  std::uint64_t size_bytes = 0;  ///< sparse
  int logical_block_size = 512;
  int physical_block_size = 512;
  bool operator==(const Drive&) const = default;
};

/// The kernel that Nix puts into a system.
struct Kernel {
  std::string flavor;             ///< default | latest | testing | series | source | external
  std::string series;             ///< "6_12" with flavor series
  std::string source;             ///< with flavor source: flake reference of a kernel tree
  std::vector<std::string> fragments;  ///< with flavor source: files of kconfigs/kernel/, without .config
  bool ccache = false;            ///< with flavor source
  bool operator==(const Kernel&) const = default;
};

/// A directory of the host in the guest.
struct Share {
  std::string mount_point;        ///< in the guest, absolute
  std::string tag;
  std::string directory;          ///< on the host, absolute
  std::string driver;             ///< virtiofs | 9p
  bool read_only = true;
  int msize = 131072;             ///< bytes; 9p
  std::string security_model;     ///< none | passthrough | mapped; 9p
  bool operator==(const Share&) const = default;
};

/// A package of the library built from another source.
struct SourceOverride {
  std::string package;            ///< nixpkgs attribute: fio, xfstests, ...
  std::string url;                ///< flake reference: path:/abs, git+https://...?ref=...
  bool operator==(const SourceOverride&) const = default;
};

/// One distinct NixOS configuration: one evaluation, one build, one base image.
struct System {
  std::string name;                     ///< directory below nixos/generated/
  std::string platform;                 ///< x86_64-linux | aarch64-linux
  std::string backend;                  ///< libvirt | imageless | machine (exists already: make deploy)
  std::string host_name;                ///< empty: each node gets its own by DHCP
  std::vector<std::string> profiles;    ///< names in nixosModules.profiles
  std::vector<std::string> test_suites; ///< names in nixosModules.testSuites
  int disk_size_mib = 20480;
  bool efi = false;                     ///< boot by UEFI; libvirt
  Kernel kernel;
  std::vector<Share> shares;
  std::vector<SourceOverride> overrides;
  std::vector<std::pair<std::string, Value>> options;  ///< dotted NixOS option -> value, from workflow.yaml
  std::string custom_module;            ///< CONFIG_NIXOS_CUSTOM_CONFIG_PATH, absolute, or empty
  /// Name of the image's derivation: how a store path tells which system it is.
  std::string image_name() const { return "kdevops-" + name; }
  bool operator==(const System&) const = default;
};

enum class Role { baseline, dev, service };

struct Node {
  std::string name;       ///< inventory name, domain name and host name: all the same
  Role role = Role::baseline;
  std::string test;       ///< the part behind the prefix, e.g. "xfs-reflink-4k"; empty in mix
  std::string system;     ///< System::name
  std::string mac;        ///< 52:54:00:xx:xx:xx from (tree, name), unique in the plan
  std::string kernel;     ///< external kernel it boots: "baseline" | "dev" (Linux::record); empty: its image's
  int gdb_port = 0;       ///< loopback port to try first; 0: no gdb stub
  std::vector<Drive> drives;
  std::string directory;  ///< absolute: <storage>/<instance id>/<name>: root.qcow2, extra<N>.<fmt>, console.log
  bool operator==(const Node&) const = default;
};

/// One inventory group, as kdevops orders them. Empty groups are printed.
struct Group {
  std::string name;
  std::vector<std::string> hosts;
  std::string interpreter;  ///< ansible_python_interpreter of its hosts
  bool operator==(const Group&) const = default;
};

/// What every domain shares (Kconfig.libvirt, Kconfig.nixos).
struct Libvirt {
  std::string uri;                ///< qemu:///system ...
  std::string network;            ///< name of an existing libvirt network, "default"
  std::string storage;            ///< absolute NIXOS_STORAGE_DIR, jinja resolved
  std::string emulator;           ///< QEMU_BIN_PATH
  std::string machine;            ///< q35 | virt
  std::string qemu_group;         ///< LIBVIRT_QEMU_GROUP; files qemu opens must be readable by it
  bool host_passthrough = true;
  int vcpus = 4;
  int memory_mib = 4096;
  std::string aio_mode;           ///< native | threads | io_uring
  std::string cache_mode;         ///< none | writeback | ...
  bool vnc = false;
  bool gdb = false;               ///< every node gets a stub on loopback
  std::string accelerator;        ///< auto | kvm | tcg
  bool operator==(const Libvirt&) const = default;
};

/// A kernel tree built outside Nix: `make linux`.
struct LinuxRef {
  std::string name;               ///< baseline | dev
  std::string ref;                ///< branch, tag or commit
  std::string localversion;       ///< appended to the release
  bool operator==(const LinuxRef&) const = default;
};
struct Linux {
  bool enabled = false;
  std::string url;                ///< git URL or absolute path of a local tree
  std::vector<LinuxRef> refs;     ///< baseline, and dev when it differs
  int depth = 0;                  ///< of a shallow clone; 0: everything
  std::string tree;               ///< absolute: sources; made from url unless it exists
  std::string build;              ///< absolute: O= of each ref is <build>/<name>
  std::string destdir;            ///< absolute: boot/, lib/modules/, <name>.json
  std::vector<std::string> fragments;  ///< files of kconfigs/kernel/, without .config
  std::string compiler;           ///< gcc | clang
  bool ccache = false;
  bool operator==(const Linux&) const = default;
  /// What was installed last for a ref: {release, image, config, modules, vmlinux, source, build}.
  std::string record(const std::string& name) const { return destdir + "/" + name + ".json"; }
};

struct Deadlines {                ///< seconds, all from Kconfig
  int lease = 300;                ///< power on -> DHCP lease
  int ssh = 300;                  ///< power on -> SSH banner and python3 answered
  int shutdown = 60;              ///< ACPI shutdown -> off, then forced off
  bool operator==(const Deadlines&) const = default;
};

struct Ssh {
  std::string user;               ///< kdevops
  int port = 22;
  std::string key;                ///< "~/.ssh/<key_name>", not expanded
  std::string config;             ///< "~/.ssh/config"
  std::string fleet_config;       ///< "~/.ssh/config_kdevops_<sha256(tree + "\n")>"
  bool update_config = true;      ///< KDEVOPS_SSH_CONFIG_UPDATE: the Include line
  bool operator==(const Ssh&) const = default;
};

struct Nix {
  std::string library;            ///< absolute path of the nixos-flake library
  std::string nixpkgs_url;        ///< flakeref that overrides the library's nixpkgs; empty: its own pin
  bool standin = false;           ///< nixpkgs_url is our own nixos/standin
  bool flakes = true;             ///< false: nix-build '<nixpkgs/nixos>' with configuration.nix
  std::string channel;            ///< nixos-26.05; without flakes and nixpkgs_url
  bool use_local_mirror = false;
  std::string mirror_url;
  bool operator==(const Nix&) const = default;
};

/// [defaults] and [ssh_connection] of ansible.cfg, in order.
using IniSection = std::vector<std::pair<std::string, std::string>>;

struct Ansible {
  IniSection defaults;
  IniSection ssh_connection;
  std::vector<Group> groups;                           ///< [all] first
  std::vector<std::pair<std::string, Value>> variables;  ///< extra_vars.yaml, in order
  bool operator==(const Ansible&) const = default;
};

/// Everything about the fleet. The only thing later stages read; no clock, host or environment
/// enters it. Serialised as nixos/generated/plan.json.
struct Plan {
  std::string tool_version;
  Instance instance;
  bool bringup = true;              ///< false: SKIP_BRINGUP, declared hosts; no systems, no nodes
  std::string hosts_prefix;
  std::string workflow;             ///< KDEVOPS_WORKFLOW_NAME: fstests ... mix linux
  bool baseline_and_dev = false;
  std::string controller_python;    ///< KDEVOPS_PYTHON_INTERPRETER: localhost's
  Nix nix;
  Libvirt libvirt;
  Linux linux;
  Deadlines deadlines;
  Ssh ssh;
  std::vector<System> systems;
  std::vector<Node> nodes;          ///< inventory order
  Ansible ansible;
  bool operator==(const Plan&) const = default;

  /// Throws Error (usage) naming the node and listing those there are.
  const Node& node(const std::string& name) const;
  const System& system(const std::string& name) const;
};

/// plan.json: two-space indented, keys in the order above, ends in a newline.
std::string to_json(const Plan& plan);
/// Throws Error (configuration) naming the missing or mistyped member.
Plan from_json(const std::string& text);

const char* to_string(Role role);

}  // namespace kdevops::plan
