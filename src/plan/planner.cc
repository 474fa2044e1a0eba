// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/planner.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "plan/identity.h"
#include "plan/nodes.h"
#include "plan/variables.h"
#include "support/cli.h"
#include "support/error.h"
#include "support/hash.h"

namespace kdevops::plan {

using kconfig::Config;
using support::Error;
using support::ExitCode;

namespace {

constexpr const char* nixos_python = "/run/current-system/sw/bin/python3";

/// The dedicated workflow; null for "mix", "linux" and no workflow at all.
const Workflow* dedicated_workflow(const Config& config, const std::vector<Workflow>& workflows) {
  const auto name = config.string("KDEVOPS_WORKFLOW_NAME");
  if (name.empty() || name == "mix" || name == "linux") return nullptr;
  for (const auto& workflow : workflows) {
    if (workflow.name == name) return &workflow;
  }
  throw config.error("KDEVOPS_WORKFLOW_NAME", fmt::format("there is no workflow \"{}\"", name),
                     "each workflow is a folder of workflows/ with a workflow.yaml");
}

/// An absolute path from a symbol whose relative form means "below the sources". Empty stays empty.
std::string source_path(const std::string& text, const Site& site) {
  if (text.empty() || text.front() == '/') return text;
  return fmt::format("{}/{}", site.topdir, text);
}

int in_range(const Config& config, const std::string& name, int fallback, int low, int high) {
  const auto value = config.integer(name, fallback);
  if (value < low || value > high) {
    throw config.error(name, fmt::format("{} is out of range {}..{}", value, low, high));
  }
  return static_cast<int>(value);
}

/// A value that becomes one word or line somewhere that cannot quote a line break.
std::string single_line(const Config& config, const std::string& name, const std::string& fallback) {
  auto value = config.string(name, fallback);
  if (value.find('\n') != std::string::npos) throw config.error(name, "a line break is not possible here");
  return value;
}

std::string required(const Config& config, const std::string& name, const std::string& fallback) {
  auto value = single_line(config, name, fallback);
  if (value.empty()) throw config.error(name, "is empty", "set it in menuconfig, or remove the line");
  return value;
}

/// A POSIX portable user name: it becomes a NixOS attribute, an ssh option and a home directory.
std::string user_name(const Config& config) {
  auto name = required(config, "NIXOS_SSH_USER", "kdevops");
  const bool starts = (name[0] >= 'a' && name[0] <= 'z') || name[0] == '_';
  if (!starts || name.size() > 31 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") != std::string::npos) {
    throw config.error("NIXOS_SSH_USER", fmt::format("\"{}\" is no user name", name.substr(0, 80)),
                       "a lower case letter or '_', then letters, digits, '_' and '-', at most 31");
  }
  return name;
}

/// A path that ssh_config can hold: absolute or below the home directory.
std::string ssh_file(const Config& config, const std::string& symbol, const std::string& fallback) {
  auto path = required(config, symbol, fallback);
  const bool control = std::any_of(path.begin(), path.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if ((!path.starts_with('/') && !path.starts_with("~/")) || control ||
      path.find("${") != std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no path that ssh can read", path.substr(0, 80)),
                       "write /absolute or ~/below-home, without \"${\" and control characters");
  }
  return path;
}

Nix plan_nix(const Config& config, const Site& site) {
  Nix nix;
  nix.library = source_path(required(config, "NIXOS_FLAKE_PATH", "nixos/flake"), site);
  auto url = single_line(config, "NIXOS_NIXPKGS_URL", "");
  // path: references are relative to the sources, so that .config holds no path of a machine.
  constexpr std::string_view scheme = "path:";
  if (url.starts_with(scheme) && !url.starts_with("path:/")) {
    const auto path = url.substr(scheme.size());
    nix.standin = path == "nixos/standin" || path == "./nixos/standin";
    url = fmt::format("path:{}/{}", site.topdir, path.starts_with("./") ? path.substr(2) : path);
  }
  nix.nixpkgs_url = url;
  nix.use_local_mirror = config.enabled("NIXOS_USE_LOCAL_MIRROR");
  nix.mirror_url = single_line(config, "NIXOS_MIRROR_URL", "");
  if (nix.use_local_mirror && nix.mirror_url.empty()) {
    throw config.error("NIXOS_MIRROR_URL", "is empty although CONFIG_NIXOS_USE_LOCAL_MIRROR=y",
                       "give the URL of the binary cache, e.g. http://cache:8080 or file:///mirror/nix-cache");
  }
  return nix;
}

/// One of `allowed`: what libvirt's schema takes.
std::string one_of(const Config& config, const std::string& symbol,
                   const std::vector<std::string>& allowed) {
  const auto value = config.string(symbol, allowed.front());
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    throw config.error(symbol, fmt::format("\"{}\" is not known", value.substr(0, 80)),
                       fmt::format("one of: {}", fmt::join(allowed, " ")));
  }
  return value;
}

Libvirt plan_libvirt(const Config& config, const Variables& variables) {
  Libvirt libvirt;
  libvirt.uri = required(config, "LIBVIRT_URI", "qemu:///system");
  libvirt.network = required(config, "LIBVIRT_NETWORK", "default");
  libvirt.storage = resolve_jinja(config, variables, "NIXOS_STORAGE_DIR",
                                  "/var/lib/libvirt/images/kdevops/nixos");
  if (!libvirt.storage.starts_with('/') || libvirt.storage.find('\n') != std::string::npos) {
    throw config.error("NIXOS_STORAGE_DIR", fmt::format("\"{}\" is no absolute path", libvirt.storage),
                       "libvirt opens the disks by absolute path");
  }
  // qemu's -drive splits at commas, and NVMe drives need -drive.
  if (libvirt.storage.find(',') != std::string::npos) {
    throw config.error("NIXOS_STORAGE_DIR", "a comma in the path is not possible");
  }
  libvirt.emulator = required(config, "QEMU_BIN_PATH", "/usr/bin/qemu-system-x86_64");
  if (libvirt.emulator.front() != '/') {
    throw config.error("QEMU_BIN_PATH", fmt::format("\"{}\" is no absolute path", libvirt.emulator.substr(0, 80)));
  }
  libvirt.machine = required(config, "LIBVIRT_MACHINE_TYPE_STRING", "q35");
  if (libvirt.machine.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") !=
      std::string::npos) {
    throw config.error("LIBVIRT_MACHINE_TYPE_STRING",
                       fmt::format("\"{}\" is no machine type", libvirt.machine.substr(0, 80)),
                       "q35 on x86_64, virt on aarch64; qemu-system-x86_64 -machine help lists more");
  }
  libvirt.qemu_group = single_line(config, "LIBVIRT_QEMU_GROUP", "libvirt-qemu");
  libvirt.host_passthrough = config.find("LIBVIRT_HOST_PASSTHROUGH") == nullptr ||
                             config.enabled("LIBVIRT_HOST_PASSTHROUGH");
  libvirt.vcpus = in_range(config, "NIXOS_VM_VCPUS", 4, 1, 512);
  libvirt.memory_mib = in_range(config, "NIXOS_VM_MEMORY_MB", 4096, 128, 16 * 1024 * 1024);
  libvirt.aio_mode = one_of(config, "LIBVIRT_AIO_MODE", {"io_uring", "native", "threads"});
  libvirt.cache_mode = one_of(config, "LIBVIRT_AIO_CACHE_MODE",
                              {"none", "writethrough", "writeback", "directsync", "unsafe", "default"});
  libvirt.vnc = config.enabled("LIBVIRT_ENABLE_VNC");
  libvirt.accelerator = config.enabled("LIBVIRT_ACCEL_KVM")   ? "kvm"
                        : config.enabled("LIBVIRT_ACCEL_TCG") ? "tcg"
                                                              : "auto";
  return libvirt;
}

std::vector<Drive> plan_drives(const Config& config) {
  const int count = in_range(config, "LIBVIRT_EXTRA_STORAGE_DRIVE_COUNT", 4, 0, 26);
  Drive drive;
  drive.bus = config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_NVME")   ? "nvme"
              : config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_IDE")  ? "ide"
              : config.enabled("LIBVIRT_EXTRA_STORAGE_DRIVE_SCSI") ? "scsi"
                                                                   : "virtio";
  drive.format = one_of(config, "LIBVIRT_EXTRA_DRIVE_FORMAT", {"raw", "qcow2"});
  drive.size_bytes = static_cast<std::uint64_t>(
                         in_range(config, "LIBVIRT_EXTRA_DRIVE_SIZE_GB", 100, 1, 1024 * 1024))
                     << 30;
  if (drive.bus == "nvme") {
    drive.logical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_NVME_LOGICAL_BLOCK_SIZE", 512, 512, 2 << 20);
    drive.physical_block_size = drive.logical_block_size;
  } else if (drive.bus == "virtio") {
    drive.logical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_VIRTIO_LOGICAL_BLOCK_SIZE", 512, 512, 2 << 20);
    drive.physical_block_size =
        in_range(config, "LIBVIRT_EXTRA_STORAGE_VIRTIO_PHYSICAL_BLOCK_SIZE", 512, 512, 2 << 20);
  }
  std::vector<Drive> drives;
  for (int i = 0; i < count; ++i) {
    drive.serial = fmt::format("kdevops{}", i);
    drives.push_back(drive);
  }
  return drives;
}

System plan_system(const Config& config, const std::vector<Workflow>& workflows, const Site& site,
                   const std::string& machine) {
  System system;
  system.name = config.string("KDEVOPS_WORKFLOW_NAME");
  if (system.name.empty()) system.name = "default";
  system.platform = machine == "virt" ? "aarch64-linux" : "x86_64-linux";
  system.backend = "libvirt";
  for (const auto& [symbol, profile] : {std::pair("DEVEL", "devel"), std::pair("BUILD_TOOLS", "build-tools"),
                                        std::pair("MONITORING", "monitoring")}) {
    if (config.enabled(fmt::format("NIXOS_FLAKE_PROFILE_{}", symbol))) system.profiles.push_back(profile);
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
  system.disk_size_mib = in_range(config, "NIXOS_VM_DISK_SIZE_GB", 20, 1, 16 * 1024) * 1024;
  system.custom_module = source_path(single_line(config, "NIXOS_CUSTOM_CONFIG_PATH", ""), site);
  return system;
}

/// MACs differ within a plan even when 24 bits of hash collide, and do not depend on the order.
void assign_macs(std::vector<Node>& nodes, const std::string& tree) {
  std::vector<Node*> by_name;
  for (auto& node : nodes) by_name.push_back(&node);
  std::sort(by_name.begin(), by_name.end(), [](auto* a, auto* b) { return a->name < b->name; });
  std::set<std::string> used;
  for (auto* node : by_name) {
    for (int attempt = 0;; ++attempt) {
      node->mac = mac_address(tree, node->name, attempt);
      if (used.insert(node->mac).second) break;
    }
  }
}

/// An interpreter's path, in the characters that Ansible's INI inventory takes as they are: it reads
/// host lines and group variables by different quoting rules.
std::string interpreter(const Config& config, const std::string& symbol, const std::string& fallback) {
  auto path = required(config, symbol, fallback);
  if (path.front() != '/' ||
      path.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+/-") !=
          std::string::npos) {
    throw config.error(symbol, fmt::format("\"{}\" is no path of an interpreter", path.substr(0, 80)),
                       "give an absolute path of letters, digits and \"._+-/\"");
  }
  return path;
}

void set_interpreters(std::vector<Group>& groups, const Config& config, bool nixos) {
  const auto generic = interpreter(config, "KDEVOPS_PYTHON_INTERPRETER", "/usr/bin/python3");
  const auto own = [&](const char* symbol) {
    const auto fallback = nixos ? nixos_python : generic;
    return interpreter(config, symbol, fallback);
  };
  for (auto& group : groups) {
    group.interpreter = group.name == "baseline"  ? own("KDEVOPS_BASELINE_PYTHON_INTERPRETER")
                        : group.name == "dev"     ? own("KDEVOPS_DEV_PYTHON_INTERPRETER")
                        : group.name == "service" ? own("KDEVOPS_SERVICE_PYTHON_INTERPRETER")
                        : nixos                   ? nixos_python
                                                  : generic;
  }
}

std::string python_bool(bool value) { return value ? "True" : "False"; }

Ansible plan_ansible(const Config& config) {
  Ansible ansible;
  const auto boolean = [&](const char* symbol, bool fallback) {
    return python_bool(config.find(symbol) == nullptr ? fallback : config.enabled(symbol));
  };
  const auto text = [&](const char* symbol, const char* fallback) {
    auto value = single_line(config, symbol, fallback);
    // ansible.cfg starts a comment at " ;" and strips the ends: no quoting exists there.
    if (value.find(" ;") != std::string::npos || value.starts_with(' ') || value.ends_with(' ')) {
      throw config.error(symbol, "\" ;\" and blanks at the ends are not possible in ansible.cfg");
    }
    return value;
  };
  auto& defaults = ansible.defaults;
  const auto number = [&](const char* symbol, int fallback, int low, int high) {
    return std::to_string(in_range(config, symbol, fallback, low, high));
  };
  defaults.emplace_back("inventory", "hosts");
  defaults.emplace_back("forks", number("ANSIBLE_CFG_FORKS", 10, 1, 10000));
  defaults.emplace_back("verbosity", number("ANSIBLE_CFG_VERBOSITY", 0, 0, 6));
  defaults.emplace_back("stdout_callback", text("ANSIBLE_CFG_CALLBACK_PLUGIN_STRING", "default"));
  defaults.emplace_back("check_mode_markers", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_CHECK_MODE_MARKERS", false));
  defaults.emplace_back("display_failed_stderr", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_DISPLAY_FAILED_STDERR", false));
  defaults.emplace_back("display_ok_hosts", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_DISPLAY_OK_HOSTS", true));
  defaults.emplace_back("display_skipped_hosts", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_DISPLAY_SKIPPED_HOSTS", true));
  defaults.emplace_back("show_custom_stats", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_SHOW_CUSTOM_STATS", false));
  defaults.emplace_back("show_per_host_start", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_SHOW_PER_HOST_START", false));
  defaults.emplace_back("show_task_path_on_failure", boolean("ANSIBLE_CFG_CALLBACK_PLUGIN_SHOW_TASK_PATH_ON_FAILURE", false));
  defaults.emplace_back("deprecation_warnings", boolean("ANSIBLE_CFG_DEPRECATION_WARNINGS", true));
  defaults.emplace_back("interpreter_python", text("ANSIBLE_CFG_INTERPRETER_PYTHON_STRING", "auto_silent"));
  defaults.emplace_back("enable_task_debugger", boolean("ANSIBLE_CFG_TASK_DEBUGGER", false));
  if (config.enabled("ANSIBLE_CFG_CALLBACKS_ENABLED_PROFILE_TASKS")) {
    defaults.emplace_back("callbacks_enabled", "profile_tasks");
  }
  ansible.ssh_connection.emplace_back("remote_port", number("NIXOS_SSH_PORT", 22, 1, 65535));
  // One connection per task instead of three: half the time of a run under emulation.
  ansible.ssh_connection.emplace_back("pipelining", "True");
  return ansible;
}

/// What kdevops's roles expect beside the plain symbols (contract section 2).
void add_common_variables(Variables& variables, const Config& config, const Plan& plan) {
  const auto& instance = plan.instance;
  const auto set = [&](const char* name, Value value) { set_variable(variables, name, std::move(value)); };
  const auto from = [&](const char* name, const char* symbol, const char* fallback) {
    set(name, symbol_value(config, symbol, std::string(fallback)));
  };
  set("kdevops_version", plan.tool_version);
  set("topdir_path", instance.topdir);
  set("topdir_path_sha256sum", support::sha256_hex(instance.tree + "\n"));
  set("kdevops_tree_path", instance.tree);
  set("ansible_cfg_file", instance.tree + "/ansible.cfg");
  set("ansible_cfg_inventory", instance.tree + "/hosts");
  set("kdevops_workflow_name", plan.workflow);
  set("kdevops_workflows_dedicated_workflow", config.enabled("WORKFLOWS_DEDICATED_WORKFLOW"));
  set("kdevops_hosts_prefix", plan.hosts_prefix);
  set("kdevops_host_prefix", plan.hosts_prefix);
  set("kdevops_baseline_and_dev", plan.baseline_and_dev);
  set("kdevops_bootlinux", config.enabled("BOOTLINUX"));
  from("data_device", "WORKFLOW_DATA_DEVICE", "/dev/disk/by-id/virtio-kdevops0");
  from("data_path", "WORKFLOW_DATA_PATH", "/data");
  from("data_fstype", "WORKFLOW_DATA_FSTYPE", "btrfs");
  from("data_label", "WORKFLOW_DATA_LABEL", "data");
  from("kdevops_git", "WORKFLOW_KDEVOPS_GIT", "");
  from("kdevops_git_version", "WORKFLOW_KDEVOPS_GIT_VERSION", "");
  from("kdevops_data", "WORKFLOW_KDEVOPS_GIT_DATA", "");
  from("kdevops_dir", "WORKFLOW_KDEVOPS_DIR", "");
  set("infer_uid_and_group", config.enabled("WORKFLOW_INFER_USER_AND_GROUP"));
  set("sshconfig", plan.ssh.config);
  set("kdevops_ssh_config", plan.ssh.fleet_config);
  set("kdevops_nodes", std::string("guestfs/kdevops_nodes.yaml"));
  set("kdevops_nodes_template", std::string(""));
  set("kdevops_playbooks_dir", std::string("playbooks"));
  set("nixos_ssh_key_name", instance.key_name);
  set("libvirt_extra_storage_aio_mode", plan.libvirt.aio_mode);
  set("libvirt_extra_storage_aio_cache_mode", plan.libvirt.cache_mode);
  set("libvirt_machine_type", plan.libvirt.machine);
}

}  // namespace

Plan make_plan(const Config& config, const std::vector<Workflow>& workflows, const Site& site) {
  Plan plan;
  plan.tool_version = support::version();
  plan.instance = {site.topdir, site.tree, instance_id(site.tree), key_name(site.tree)};
  plan.bringup = config.enabled("NIXOS");
  if (!plan.bringup && !config.enabled("SKIP_BRINGUP")) {
    throw config.error("NIXOS", "neither CONFIG_NIXOS nor CONFIG_SKIP_BRINGUP is y",
                       "run: make menuconfig, and choose a node bring up method");
  }
  plan.hosts_prefix = required(config, "KDEVOPS_HOSTS_PREFIX", "kdevops");
  plan.workflow = config.string("KDEVOPS_WORKFLOW_NAME");
  plan.baseline_and_dev = config.enabled("KDEVOPS_BASELINE_AND_DEV");

  const Workflow* workflow = dedicated_workflow(config, workflows);
  const bool declared = config.enabled("KDEVOPS_USE_DECLARED_HOSTS");
  const auto inventory =
      declared ? declared_inventory(config, workflow, plan.baseline_and_dev)
               : plan_inventory(config, workflow, plan.hosts_prefix, plan.baseline_and_dev);

  plan.ssh.user = user_name(config);
  plan.ssh.port = in_range(config, "NIXOS_SSH_PORT", 22, 1, 65535);
  plan.ssh.key = "~/.ssh/" + plan.instance.key_name;
  plan.ssh.config = ssh_file(config, "KDEVOPS_SSH_CONFIG", "~/.ssh/config");
  plan.ssh.fleet_config = fleet_config_path(
      ssh_file(config, "KDEVOPS_SSH_CONFIG_PREFIX", "~/.ssh/config_kdevops_"), site.tree);
  plan.ssh.update_config = config.find("KDEVOPS_SSH_CONFIG_UPDATE") == nullptr ||
                           config.enabled("KDEVOPS_SSH_CONFIG_UPDATE");

  auto variables = symbol_variables(config);
  plan.nix = plan_nix(config, site);
  plan.libvirt = plan_libvirt(config, variables);
  plan.deadlines.lease = in_range(config, "NIXOS_DHCP_TIMEOUT", 300, 1, 86400);
  plan.deadlines.ssh = in_range(config, "NIXOS_SSH_TIMEOUT", 600, 1, 86400);
  plan.deadlines.shutdown = in_range(config, "NIXOS_SHUTDOWN_TIMEOUT", 60, 1, 86400);

  const bool nixos = plan.bringup && !declared;
  if (nixos) {
    plan.systems.push_back(plan_system(config, workflows, site, plan.libvirt.machine));
    const auto drives = plan_drives(config);
    for (const auto& host : inventory.hosts) {
      Node node;
      node.name = host.name;
      node.role = host.role;
      node.test = host.test;
      node.system = plan.systems.front().name;
      node.drives = drives;
      node.directory = fmt::format("{}/{}/{}", plan.libvirt.storage, plan.instance.id, host.name);
      plan.nodes.push_back(std::move(node));
    }
    assign_macs(plan.nodes, site.tree);
  }

  plan.ansible = plan_ansible(config);
  Group all{"all", {}, {}};
  for (const auto& host : inventory.hosts) all.hosts.push_back(host.name);
  plan.ansible.groups.push_back(std::move(all));
  plan.ansible.groups.insert(plan.ansible.groups.end(), inventory.groups.begin(),
                             inventory.groups.end());
  set_interpreters(plan.ansible.groups, config, nixos);
  plan.controller_python = interpreter(config, "KDEVOPS_PYTHON_INTERPRETER", "/usr/bin/python3");

  add_common_variables(variables, config, plan);
  if (workflow != nullptr) {
    add_workflow_variables(variables, *workflow, config);
  } else {
    for (const auto& each : workflows) {
      if (config.enabled(each.enable)) add_workflow_variables(variables, each, config);
    }
  }
  plan.ansible.variables = std::move(variables);
  return plan;
}

}  // namespace kdevops::plan
