// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/ansible.h"

#include <fmt/format.h>

#include "plan/values.h"
#include "support/hash.h"

namespace kdevops::plan {

using kconfig::Config;

namespace {

constexpr const char* nixos_python = "/run/current-system/sw/bin/python3";

std::string python_bool(bool value) { return value ? "True" : "False"; }

}  // namespace

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
  if (config.enabled("ANSIBLE_CFG_CALLBACK_PLUGIN_PROFILE_TASKS")) {
    defaults.emplace_back("callbacks_enabled", "profile_tasks");
  }
  // sudo's answer may take longer than Ansible's ten seconds where many guests are emulated at once.
  defaults.emplace_back("timeout", "60");
  ansible.ssh_connection.emplace_back("remote_port", number("ANSIBLE_CFG_SSH_PORT", 22, 1, 65535));
  // One connection per task instead of three: half the time of a run under emulation.
  ansible.ssh_connection.emplace_back("pipelining", "True");
  return ansible;
}

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

}  // namespace kdevops::plan
