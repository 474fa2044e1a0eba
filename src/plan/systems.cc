// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/systems.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "plan/values.h"

namespace kdevops::plan {

using kconfig::Config;

namespace {

std::string symbol_part(std::string name) {
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// Words separated by blanks, each a file of kconfigs/kernel/ without .config.
std::vector<std::string> fragments(const Config& config, const std::string& symbol,
                                   const std::string& fallback) {
  std::vector<std::string> names;
  const auto text = single_line(config, symbol, fallback);
  for (std::size_t at = 0; (at = text.find_first_not_of(" \t,", at)) != std::string::npos;) {
    const auto end = std::min(text.find_first_of(" \t,", at), text.size());
    const auto name = text.substr(at, end - at);
    if (name.front() == '.' || name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                      "0123456789._-") != std::string::npos) {
      throw config.error(symbol, fmt::format("\"{}\" is no file of kconfigs/kernel/", name.substr(0, 80)),
                         "give names without directory and without .config, separated by blanks");
    }
    names.push_back(name);
    at = end;
  }
  return names;
}

std::string absolute_path(const Config& config, const Variables& variables, const std::string& symbol,
                          const std::string& fallback) {
  auto path = resolve_jinja(config, variables, symbol, fallback);
  // libvirt's XML and QEMU's options take such a path as one line; -fsdev and -drive split at commas.
  if (!path.starts_with('/') || path.find_first_of("\n,") != std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no absolute path without commas", path.substr(0, 200)));
  }
  return path;
}

std::string source_reference(const Config& config, const std::string& symbol, const std::string& ref) {
  const auto source = required(config, symbol, "");
  if (source.find_first_of(" \t\"\\#") != std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no source", source.substr(0, 200)),
                       "give a git URL, an absolute path, or a flake reference such as github:torvalds/linux");
  }
  return flake_reference(source, ref);
}

std::string git_ref(const Config& config, const std::string& symbol, const std::string& fallback) {
  auto ref = single_line(config, symbol, fallback);
  // What git-check-ref-format(1) refuses anyway, or a URL would need quoted.
  if (ref.starts_with('-') || ref.find_first_of(" \t\"\\#?&%~^:*[") != std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no branch, tag or commit", ref.substr(0, 80)));
  }
  return ref;
}

Kernel plan_kernel(const Config& config) {
  Kernel kernel;
  kernel.flavor = "latest";
  for (const auto& [symbol, flavor] :
       {std::pair("NIXOS_KERNEL_DEFAULT", "default"), std::pair("NIXOS_KERNEL_TESTING", "testing"),
        std::pair("NIXOS_KERNEL_SERIES", "series"), std::pair("NIXOS_KERNEL_SOURCE", "source")}) {
    if (config.enabled(symbol)) kernel.flavor = flavor;
  }
  if (kernel.flavor == "series") {
    kernel.series = required(config, "NIXOS_KERNEL_SERIES_NAME", "6_12");
    std::replace(kernel.series.begin(), kernel.series.end(), '.', '_');
    const auto digits = kernel.series.find_first_not_of("0123456789_");
    const auto dash = kernel.series.find('_');
    if (digits != std::string::npos || dash == 0 || dash == std::string::npos || dash + 1 == kernel.series.size()) {
      throw config.error("NIXOS_KERNEL_SERIES_NAME", fmt::format("\"{}\" is no kernel series", kernel.series.substr(0, 80)),
                         "write it as nixpkgs does: 6_12");
    }
  }
  if (kernel.flavor == "source") {
    kernel.source = source_reference(config, "NIXOS_KERNEL_SOURCE_URL", git_ref(config, "NIXOS_KERNEL_SOURCE_REF", ""));
    kernel.fragments = fragments(config, "NIXOS_KERNEL_FRAGMENTS", "");
    kernel.ccache = config.enabled("NIXOS_KERNEL_CCACHE");
  }
  return kernel;
}

std::vector<SourceOverride> plan_overrides(const Config& config) {
  std::vector<SourceOverride> overrides;
  for (const auto& package : overridable_packages()) {
    const auto symbol = "NIXOS_FLAKE_OVERRIDE_" + symbol_part(package);
    if (!config.enabled(symbol)) continue;
    overrides.push_back({package, source_reference(config, symbol + "_SRC", git_ref(config, symbol + "_REF", ""))});
  }
  return overrides;
}

/// What systems of every backend have.
System plan_system(const Config& config, const std::vector<Workflow>& workflows, const Site& site) {
  System system;
  system.name = config.string("KDEVOPS_WORKFLOW_NAME");
  if (system.name.empty()) system.name = "default";
  for (const auto& [symbol, profile] : {std::pair("NIXOS_FLAKE_PROFILE_DEVEL", "devel"),
                                        std::pair("NIXOS_FLAKE_PROFILE_BUILD_TOOLS", "build-tools"),
                                        std::pair("NIXOS_FLAKE_PROFILE_MONITORING", "monitoring"),
                                        std::pair("NIXOS_FLAKE_PROFILE_CONTROLLER", "controller"),
                                        std::pair("NIXOS_FLAKE_PROFILE_GNOME", "gnome"),
                                        std::pair("NIXOS_FLAKE_PROFILE_SWAY", "sway")}) {
    if (config.enabled(symbol)) system.profiles.push_back(profile);
  }
  std::set<std::string> suites;
  const bool with_dependencies = config.find("NIXOS_ENABLE_WORKFLOW_DEPS") == nullptr ||
                                 config.enabled("NIXOS_ENABLE_WORKFLOW_DEPS");
  for (const auto& workflow : workflows) {
    if (!with_dependencies || !config.enabled(workflow.enable)) continue;
    suites.insert(workflow.test_suites.begin(), workflow.test_suites.end());
    system.options.insert(system.options.end(), workflow.nixos_options.begin(),
                          workflow.nixos_options.end());
  }
  for (const auto& suite : enabled_captures(config, "NIXOS_FLAKE_TESTSUITE_*")) suites.insert(suite);
  system.test_suites.assign(suites.begin(), suites.end());
  system.overrides = plan_overrides(config);
  system.custom_module = source_path(single_line(config, "NIXOS_CUSTOM_CONFIG_PATH", ""), site.topdir);
  return system;
}

}  // namespace

const std::vector<std::string>& overridable_packages() {
  static const std::vector<std::string> packages{"fio",  "xfstests", "xfsprogs", "libbpf", "libbpf-tools",
                                                 "damo", "nfstest",  "pynfs",    "xnvme",  "cpupower"};
  return packages;
}

std::string flake_reference(const std::string& source, const std::string& ref) {
  const bool commit = ref.size() == 40 && ref.find_first_not_of("0123456789abcdef") == std::string::npos;
  const auto with_ref = [&](std::string url) {
    if (ref.empty()) return url;
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + (commit ? "rev=" : "ref=") + ref;
  };
  // A path has no refs: with one, it is a git tree.
  if (source.starts_with('/')) return ref.empty() ? "path:" + source : with_ref("git+file://" + source);
  for (const char* forge : {"github:", "gitlab:", "sourcehut:"}) {
    if (source.starts_with(forge)) return ref.empty() ? source : source + "/" + ref;
  }
  for (const char* scheme : {"git+", "path:", "tarball+", "file+", "flake:"}) {
    if (source.starts_with(scheme)) return with_ref(source);
  }
  const auto path = source.substr(0, source.find('?'));
  for (const char* archive : {".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tgz", ".zip"}) {
    if (path.ends_with(archive)) return source;
  }
  return with_ref(source.starts_with("git://") ? source : "git+" + source);
}

std::vector<System> plan_systems(const Config& config, const std::vector<Workflow>& workflows, const Site& site,
                                 const std::string& machine, bool baseline_and_dev) {
  auto system = plan_system(config, workflows, site);
  system.platform = machine == "virt" ? "aarch64-linux" : "x86_64-linux";
  if (config.enabled("NIXOS_BACKEND_IMAGELESS")) {
    system.backend = "imageless";
    system.kernel.flavor = "external";
    return {std::move(system)};
  }
  system.backend = "libvirt";
  // An Arm "virt" machine has no BIOS.
  system.efi = config.enabled("NIXOS_EFI") || machine == "virt";
  system.disk_size_mib = in_range(config, "NIXOS_VM_DISK_SIZE_GB", 20, 1, 16 * 1024) * 1024;
  system.kernel = plan_kernel(config);
  // Nobody has a password, so without this a console can only be watched.
  if (config.enabled("NIXOS_DEBUG_MODE")) system.options.emplace_back("nixos-flake.console.autologin", true);
  std::vector<System> systems{system};
  const auto dev = git_ref(config, "NIXOS_KERNEL_SOURCE_DEV_REF", "");
  if (baseline_and_dev && system.kernel.flavor == "source" && !dev.empty()) {
    system.kernel.source = source_reference(config, "NIXOS_KERNEL_SOURCE_URL", dev);
    if (system.kernel != systems.front().kernel) {
      system.name += "-dev";
      systems.push_back(std::move(system));
    }
  }
  return systems;
}

std::vector<System> plan_machines(const Config& config, const std::vector<Workflow>& workflows, const Site& site,
                                  const std::vector<Inventory::Host>& hosts) {
  auto system = plan_system(config, workflows, site);
  system.backend = "machine";
  system.kernel = plan_kernel(config);
  system.platform = config.enabled("TARGET_ARCH_ARM64") ? "aarch64-linux" : "x86_64-linux";
  std::vector<System> systems;
  for (const auto& host : hosts) {
    if (host.name.front() == '.') {
      throw config.error("KDEVOPS_DECLARED_HOSTS", fmt::format("\"{}\" is no host name", host.name.substr(0, 80)));
    }
    system.name = host.name;
    // An address says nothing about the name; the machine keeps the one it has.
    const bool address = host.name.find_first_not_of("0123456789.") == std::string::npos;
    system.host_name = address ? "" : host.name.substr(0, host.name.find('.'));
    systems.push_back(system);
  }
  return systems;
}

std::vector<Share> plan_shares(const Config& config, const Variables& variables) {
  std::vector<Share> shares;
  const auto tag = [&](const std::string& symbol, const std::string& fallback) {
    auto text = required(config, symbol, fallback);
    // virtio-9p has 32 bytes for it, virtiofs 36.
    if (text.size() > 31 || text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "0123456789._-") != std::string::npos) {
      throw config.error(symbol, fmt::format("\"{}\" is no mount tag", text.substr(0, 80)),
                         "at most 31 letters, digits and \"._-\"");
    }
    return text;
  };
  if (config.enabled("BOOTLINUX_9P")) {
    Share share;
    share.mount_point = "/mnt/linux";
    share.tag = tag("BOOTLINUX_9P_MOUNT_TAG", "kdevops_9p_bootlinux");
    share.directory = absolute_path(config, variables, "BOOTLINUX_9P_HOST_PATH",
                                    "{{ kdevops_controller_data_path }}/linux");
    share.driver = "9p";
    share.msize = in_range(config, "BOOTLINUX_9P_MSIZE", 131072, 4096, 1 << 24);
    share.security_model = one_of(config, "BOOTLINUX_9P_SECURITY_MODEL", {"none", "passthrough", "mapped"});
    shares.push_back(std::move(share));
  }
  if (config.enabled("QSU_SHARES_S0")) {
    Share share;
    share.mount_point = absolute_path(config, variables, "QSU_SHARES_S0_MOUNT", "/mnt/share");
    share.tag = tag("QSU_SHARES_S0_TAG", "share");
    share.directory = absolute_path(config, variables, "QSU_SHARES_S0_DIR", "{{ topdir_path }}");
    share.driver = "virtiofs";
    share.read_only = !config.enabled("QSU_SHARES_S0_READWRITE");
    for (const auto& other : shares) {
      if (other.tag == share.tag) throw config.error("QSU_SHARES_S0_TAG", "is the tag of the kernel source share, too");
      if (other.mount_point == share.mount_point) {
        throw config.error("QSU_SHARES_S0_MOUNT", "is where the kernel source is mounted");
      }
    }
    if (share.tag == "store" || share.tag == "modules") {
      throw config.error("QSU_SHARES_S0_TAG", fmt::format("\"{}\" is what boots an imageless guest", share.tag));
    }
    shares.push_back(std::move(share));
  }
  return shares;
}

Linux plan_linux(const Config& config, const Variables& shared, const Variables& own, bool both) {
  Linux linux;
  linux.enabled = config.enabled("BOOTLINUX");
  if (!linux.enabled) return linux;
  linux.url = required(config, "BOOTLINUX_TREE", "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git");
  const auto version_suffix = [&](const std::string& symbol) {
    auto text = single_line(config, symbol, "");
    // scripts/setlocalversion puts it into the release, and that into file names.
    if (text.size() > 40 || text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "0123456789._+-") != std::string::npos) {
      throw config.error(symbol, fmt::format("\"{}\" cannot end a kernel release", text.substr(0, 80)),
                         "at most 40 letters, digits and \"._+-\"");
    }
    return text;
  };
  linux.refs.push_back({"baseline", git_ref(config, "BOOTLINUX_TREE_REF", ""),
                        version_suffix("BOOTLINUX_TREE_LOCALVERSION")});
  if (both && config.enabled("BOOTLINUX_AB_DIFFERENT_REF")) {
    linux.refs.push_back({"dev", git_ref(config, "TARGET_LINUX_DEV_REF", ""),
                          version_suffix("TARGET_LINUX_DEV_LOCALVERSION")});
  }
  linux.depth = config.enabled("BOOTLINUX_SHALLOW_CLONE") ? in_range(config, "BOOTLINUX_SHALLOW_CLONE_DEPTH", 1, 1, 1 << 30) : 0;
  linux.tree = absolute_path(config, shared, "BOOTLINUX_DIRECT_BOOT_TREE_PATH", "{{ kdevops_controller_data_path }}/linux");
  linux.build = absolute_path(config, own, "BOOTLINUX_DIRECT_BOOT_BUILDDIR",
                              "{{ kdevops_controller_data_path }}/linux-build");
  linux.destdir = absolute_path(config, own, "BOOTLINUX_DIRECT_BOOT_DESTDIR",
                                "{{ kdevops_controller_data_path }}/linux-destdir");
  linux.fragments = fragments(config, "BOOTLINUX_FRAGMENTS", "imageless");
  linux.compiler = config.enabled("BOOTLINUX_COMPILER_CLANG") ? "clang" : "gcc";
  linux.ccache = config.enabled("BOOTLINUX_CCACHE");
  return linux;
}

}  // namespace kdevops::plan
