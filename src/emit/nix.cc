// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/nix.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "formats/nix.h"
#include "formats/template.h"

namespace kdevops::emit {

using formats::NixValue;
using plan::Plan;
using plan::System;

namespace {

std::string module(const std::string& arguments, const NixValue::Attrs& body) {
  return fmt::format("{}{}:\n{}\n", generated_header, arguments, NixValue(body).print());
}

NixValue option_value(const plan::Value& value) {
  struct {
    NixValue operator()(bool b) const { return b; }
    NixValue operator()(std::int64_t n) const { return n; }
    NixValue operator()(const plan::Hex& h) const { return h.digits; }
    NixValue operator()(const std::string& s) const { return s; }
  } visitor;
  return std::visit(visitor, value);
}

/// Profiles whose modules only declare options: selecting one means wanting it on.
constexpr std::array gated_profiles{"controller", "monitoring"};

bool has(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool has_share(const System& system, const char* driver) {
  return std::any_of(system.shares.begin(), system.shares.end(),
                     [&](const plan::Share& share) { return share.driver == driver; });
}

/// nixos-flake.kernel.*, or nothing where the backend's own choice is meant.
NixValue::Attrs kernel_options(const plan::Kernel& kernel) {
  NixValue::Attrs options;
  if (kernel.flavor == "latest" || kernel.flavor == "external") return options;
  options.emplace_back("nixos-flake.kernel.flavor", kernel.flavor);
  if (kernel.flavor == "series") options.emplace_back("nixos-flake.kernel.series", kernel.series);
  if (kernel.flavor != "source") return options;
  options.emplace_back("nixos-flake.kernel.source", NixValue::expression("inputs.kernel-src"));
  NixValue::List fragments;
  // nixos-build copies them beside this file.
  for (const auto& name : kernel.fragments) {
    fragments.push_back(NixValue::expression(fmt::format("./kernel/{}.config", name)));
  }
  if (!fragments.empty()) options.emplace_back("nixos-flake.kernel.fragments", std::move(fragments));
  if (kernel.ccache) options.emplace_back("nixos-flake.kernel.ccache", true);
  return options;
}

void append(NixValue::Attrs& to, NixValue::Attrs&& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

}  // namespace

NixValue::List library_modules(const char* room, const std::vector<std::string>& names) {
  NixValue::List list;
  for (const auto& name : names) {
    list.push_back(NixValue::expression(
        fmt::format("nixos-flake.nixosModules.{}.{}", room, formats::nix_attribute(name))));
  }
  return list;
}

NixValue::List feature_imports(const System& system) {
  auto imports = library_modules("profiles", system.profiles);
  if (has_share(system, "virtiofs")) {
    imports.push_back(NixValue::expression("nixos-flake.nixosModules.mounts.shares"));
  }
  return imports;
}

NixValue::Attrs feature_options(const System& system) {
  NixValue::Attrs options;
  for (const char* profile : gated_profiles) {
    if (has(system.profiles, profile)) options.emplace_back(fmt::format("nixos-flake.{}.enable", profile), true);
  }
  for (const auto& share : system.shares) {
    const auto mount_point = formats::nix_string(share.mount_point);
    if (share.driver == "virtiofs") {
      NixValue::Attrs mount{{"tag", share.tag}};
      if (share.read_only) mount.emplace_back("options", NixValue::List{"ro"});
      options.emplace_back("nixos-flake.shares." + mount_point, std::move(mount));
    } else {
      options.emplace_back(
          "fileSystems." + mount_point,
          NixValue::Attrs{{"device", share.tag},
                          {"fsType", "9p"},
                          {"options", NixValue::List{"trans=virtio", "version=9p2000.L", "cache=loose",
                                                     fmt::format("msize={}", share.msize),
                                                     share.read_only ? "ro" : "rw", "nofail"}}});
    }
  }
  if (has_share(system, "9p") && system.backend != "imageless") {
    // An imageless guest's kernel has them built in, or finds them when the mount asks.
    const NixValue modules = NixValue::List{"9p", "9pnet_virtio"};
    options.emplace_back("boot.kernelModules", modules);
    options.emplace_back("boot.initrd.kernelModules", modules);
  }
  return options;
}

std::map<std::string, formats::TemplateValue> flake_values(const plan::Nix& nix, const System& system) {
  std::vector<std::string> sources, urls;
  for (const auto& override : system.overrides) {
    sources.push_back(override.package + "-src");
    urls.push_back(override.url);
  }
  if (system.kernel.flavor == "source") {
    sources.emplace_back("kernel-src");
    urls.push_back(system.kernel.source);
  }
  return {{"description", "kdevops NixOS system " + system.name},
          {"library", "path:" + nix.library},
          {"nixpkgs", nix.nixpkgs_url},
          {"platform", system.platform},
          {"source", std::move(sources)},
          {"source_url", std::move(urls)}};
}

std::string flake_nix(const Plan& plan, const System& system, const std::string& text,
                      const std::string& file) {
  auto values = flake_values(plan.nix, system);
  if (system.backend != "imageless") values["backend"] = system.backend;
  return generated_header + formats::fill_template(text, values, formats::nix_string, file);
}

std::string default_nix(const Plan& plan, const System& system) {
  NixValue::List imports{NixValue::expression("./hardware-configuration.nix"),
                         NixValue::expression("./workflow-deps.nix")};
  // make deploy puts it there, as it does a machine's hardware configuration.
  if (system.backend == "machine") imports.push_back(NixValue::expression("./boot-loader.nix"));
  for (auto& import : feature_imports(system)) imports.push_back(std::move(import));
  // nixos-build puts a copy of CONFIG_NIXOS_CUSTOM_CONFIG_PATH there: a pure evaluation reads
  // nothing outside the flake's own directory.
  if (!system.custom_module.empty()) imports.push_back(NixValue::expression("./custom"));

  // nixos-build copies the instance's public key beside this file.
  const NixValue keys = NixValue::List{NixValue::expression("./authorized_keys")};
  NixValue::Attrs body{{"imports", std::move(imports)}, {"networking.hostName", system.host_name}};
  if (system.host_name.empty()) {
    // No name: every node runs this one closure, and DHCP tells each its own. The DHCP client may
    // set the host name only through polkit.
    body.emplace_back("security.polkit.enable", true);
  }
  body.emplace_back("nixos-flake.user.name", plan.ssh.user);
  body.emplace_back("services.openssh.ports", NixValue::List{plan.ssh.port});
  body.emplace_back("users.users", NixValue::Attrs{
      {plan.ssh.user, NixValue::Attrs{{"openssh.authorizedKeys.keyFiles", keys}}},
      {"root", NixValue::Attrs{{"openssh.authorizedKeys.keyFiles", keys}}}});
  append(body, feature_options(system));
  append(body, kernel_options(system.kernel));
  if (system.efi) body.emplace_back("nixos-flake.boot.efi", true);
  if (plan.nix.use_local_mirror && system.backend != "imageless") {
    // Lists merge: the mirror is asked beside the caches that nixpkgs itself names.
    body.emplace_back("nix.settings.substituters", NixValue::List{plan.nix.mirror_url});
  }
  return module(system.kernel.flavor == "source" ? "{ inputs, nixos-flake, ... }" : "{ nixos-flake, ... }", body);
}

std::string hardware_configuration_nix(const Plan& plan, const System& system) {
  NixValue::Attrs body{{"nixpkgs.hostPlatform", system.platform}};
  // Without a disk there is nothing to find, and the command line is the hypervisor's.
  if (system.backend == "imageless") return module("{ ... }", body);
  // Console, boot loader and root file system come from the backend's module.
  body.emplace_back("boot.initrd.availableKernelModules",
                    NixValue::List{"virtio_blk", "virtio_pci", "virtio_net", "virtio_scsi", "ahci", "nvme", "sd_mod"});
  NixValue::List parameters;
  // The kernel counts timer interrupts while it boots and panics when too few arrive: an emulated
  // guest on a busy host gets too few. KVM guests skip the check by themselves.
  if (system.platform == "x86_64-linux") parameters.push_back("no_timer_check");
  // Symbols are where vmlinux says.
  if (plan.libvirt.gdb) parameters.push_back("nokaslr");
  if (!parameters.empty()) body.emplace_back("boot.kernelParams", std::move(parameters));
  return module("{ ... }", body);
}

std::string workflow_deps_nix(const System& system) {
  NixValue::Attrs body{{"imports", library_modules("testSuites", system.test_suites)}};
  for (const auto& [name, value] : system.options) body.emplace_back(name, option_value(value));
  return module(system.test_suites.empty() ? "{ ... }" : "{ nixos-flake, ... }", body);
}

std::string vms_nix(const Plan& plan) {
  NixValue::Attrs nodes;
  for (const auto& node : plan.nodes) {
    NixValue::List drives;
    for (const auto& drive : node.drives) drives.push_back(drive.serial);
    nodes.emplace_back(
        formats::nix_attribute(node.name), NixValue::Attrs{{"role", plan::to_string(node.role)},
                                   {"system", node.system},
                                   {"test", node.test},
                                   {"mac", node.mac},
                                   {"memoryMiB", plan.libvirt.memory_mib},
                                   {"vcpus", plan.libvirt.vcpus},
                                   {"drives", std::move(drives)}});
  }
  return generated_header + NixValue(nodes).print() + "\n";
}

}  // namespace kdevops::emit
