// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "emit/libvirt.h"
#include "fleet/context.h"
#include "plan/identity.h"
#include "plan/plan.h"

namespace kdevops::fleet::testing {

inline std::string source_text(const std::string& path) {
  std::ifstream file(std::string(KDEVOPS_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A plan of `count` nodes n0, n1, ... of one system, with two virtio drives each.
inline plan::Plan make_plan(int count, const std::string& tree = "/t/tree") {
  plan::Plan plan;
  plan.tool_version = "1";
  plan.instance = {KDEVOPS_SOURCE_DIR, tree, plan::instance_id(tree), plan::key_name(tree)};
  plan.libvirt.uri = "test:///default";
  plan.libvirt.network = "default";
  plan.libvirt.storage = "/t/storage";
  plan.libvirt.emulator = "/usr/bin/qemu-system-x86_64";
  plan.libvirt.machine = "q35";
  plan.libvirt.aio_mode = "io_uring";
  plan.libvirt.cache_mode = "none";
  plan.libvirt.accelerator = "auto";
  plan.libvirt.memory_mib = 512;
  plan.libvirt.vcpus = 2;
  plan.deadlines = {1, 1, 1};
  plan.ssh.user = "kdevops";
  plan.ssh.key = "~/.ssh/key";
  plan::System system;
  system.name = "sys";
  system.platform = "x86_64-linux";
  plan.systems.push_back(system);
  for (int i = 0; i < count; ++i) {
    plan::Node node;
    node.name = fmt::format("n{}", i);
    node.system = "sys";
    node.mac = plan::mac_address(tree, node.name, 0);
    for (int d = 0; d < 2; ++d) {
      plan::Drive drive;
      drive.serial = fmt::format("kdevops{}", d);
      drive.bus = "virtio";
      drive.format = "raw";
      drive.size_bytes = 1 << 30;
      node.drives.push_back(drive);
    }
    node.directory = plan.libvirt.storage + "/" + plan.instance.id + "/" + node.name;
    plan.nodes.push_back(node);
  }
  return plan;
}

/// The same nodes without a disk image, booting a kernel of `make linux`, with gdb stubs.
inline plan::Plan make_imageless_plan(int count, const std::string& tree = "/t/tree") {
  auto plan = make_plan(count, tree);
  plan.systems[0].backend = "imageless";
  plan.systems[0].kernel.flavor = "external";
  plan.linux.enabled = true;
  plan.linux.destdir = "/t/destdir";
  for (int i = 0; i < count; ++i) {
    plan.nodes[i].kernel = "baseline";
    plan.nodes[i].gdb_port = 20000 + i;
  }
  return plan;
}

/// MemoryFiles for several threads.
class SharedFiles final : public support::Files {
 public:
  std::optional<std::string> read(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return files.read(path);
  }
  void write(const std::string& path, std::string_view bytes, mode_t mode) override {
    const std::lock_guard lock(mutex_);
    files.write(path, bytes, mode);
  }
  bool exists(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return files.exists(path);
  }
  std::vector<std::string> list(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    return files.list(path);
  }
  bool remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return files.remove(path);
  }
  void make_directories(const std::string&, mode_t) override {}

  support::MemoryFiles files;

 private:
  mutable std::mutex mutex_;
};

/// Programs that behave: qemu-img makes entries in the files, ssh answers as python3 does.
class SharedProcesses final : public support::Processes {
 public:
  explicit SharedProcesses(SharedFiles& files) : files_(files) {}

  support::ProcessResult run(const support::Command& command, std::stop_token) override {
    const auto& argv = command.argv;
    const std::lock_guard lock(mutex_);
    if (on_run) {
      if (const auto result = on_run(command)) return *result;
    }
    if (argv[0] == "ssh") {
      ++ssh_calls;
      return {0, argv.back() == "-r" ? release + "\n" : ssh_answer, ssh_error, false};
    }
    if (argv[1] == "info") {
      return {0, fmt::format("{{\"backing-filename\": \"{}\"}}", *files_.read(argv.back())), "", false};
    }
    const bool overlay = argv[5] == "-b";
    images.push_back(overlay ? argv[9] : argv[5]);
    files_.write(images.back(), overlay ? argv[6] : "raw", 0644);
    return {0, "", "", false};
  }

  /// Asked first; what it leaves is answered as below.
  std::function<std::optional<support::ProcessResult>(const support::Command&)> on_run;
  std::string ssh_answer = "Python 3.11.2\n";
  std::string ssh_error;
  std::string release = "6.1.0-one";   ///< what uname -r answers
  int ssh_calls = 0;
  std::vector<std::string> images;  ///< made by qemu-img create, in order

 private:
  SharedFiles& files_;
  std::mutex mutex_;
};

/// A plan, its generated files, and a context on `hv` where every guest answers at once.
struct World {
  World(plan::Plan the_plan, hypervisor::Hypervisor& hv)
      : plan(std::move(the_plan)), processes(files), hypervisor(hv) {
    generate();
  }

  std::string base() const { return plan.instance.tree + "/nixos/generated/sys/result/nixos.qcow2"; }

  /// What nixos-gen and nixos-build leave.
  void generate() {
    const auto domain = source_text("templates/libvirt/domain.xml");
    for (const auto& node : plan.nodes) {
      files.write(plan.instance.tree + "/nixos/generated/libvirt/" + node.name + ".xml",
                  emit::domain_xml(plan, node, domain), 0644);
    }
    if (plan.systems[0].backend == "imageless") {
      build_closure("/nix/store/aaa-one");
      build_kernel("6.1.0-one");
    } else {
      files.write(base(), "image", 0444);
    }
    files.write(plan.instance.topdir + "/templates/libvirt/network-default.xml",
                source_text("templates/libvirt/network-default.xml"), 0644);
  }

  /// As nixos-build leaves it, but that result is no link.
  void build_closure(const std::string& toplevel) {
    files.write(plan.instance.tree + "/nixos/generated/sys/result/boot.json",
                fmt::format(R"({{"org.nixos.bootspec.v1": {{"system": "x86_64-linux", "label": "NixOS", "toplevel": "{0}",
                             "init": "{0}/init", "initrd": "{0}/initrd"}}}})", toplevel), 0444);
    files.write(toplevel + "/initrd", "\x28\xb5\x2f\xfd initrd of " + toplevel, 0444);
  }

  /// As `make linux` leaves it.
  void build_kernel(const std::string& release, const std::string& image = {}) {
    const auto& to = plan.linux.destdir;
    const auto vmlinuz = image.empty() ? to + "/boot/vmlinuz-" + release : image;
    files.write(vmlinuz, "kernel " + release, 0644);
    files.write(to + "/boot/config-" + release, source_text("kconfigs/kernel/imageless.config") +
                    source_text("kconfigs/kernel/imageless.x86_64.config"), 0644);
    files.write(to + "/lib/modules/" + release + "/modules.dep", "", 0644);
    files.write(plan.linux.record("baseline"),
                fmt::format(R"({{"release": "{0}", "image": "{1}", "config": "{2}/boot/config-{0}",
                             "modules": "{2}/lib/modules", "vmlinux": "/t/build/vmlinux", "source": "/t/linux",
                             "build": "/t/build"}})", release, vmlinuz, to), 0644);
  }

  Context context() {
    return {plan,
            hypervisor,
            files,
            processes,
            progress,
            stop.get_token(),
            [this](const std::string&, int, Milliseconds) { return banner; },
            [this](const auto&) { return facts; },
            [this](const Addresses& addresses) { published = addresses; },
            [this](int port) { return !busy_ports.contains(port); },
            Milliseconds(5)};
  }

  plan::Plan plan;
  SharedFiles files;
  SharedProcesses processes;
  hypervisor::Hypervisor& hypervisor;
  Progress progress{Progress::Mode::silent};
  std::stop_source stop;
  std::string banner = "SSH-2.0-OpenSSH";
  HostFacts facts{false, true, true};
  Addresses published;
  std::set<int> busy_ports;
};

}  // namespace kdevops::fleet::testing
