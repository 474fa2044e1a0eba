// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/planner.h"

#include <fmt/format.h>

#include "plan/ansible.h"
#include "plan/identity.h"
#include "plan/machines.h"
#include "plan/nodes.h"
#include "plan/systems.h"
#include "plan/values.h"
#include "plan/variables.h"
#include "support/cli.h"
#include "support/error.h"

namespace kdevops::plan {

using kconfig::Config;

namespace {

/// The dedicated workflow; null for "mix", "linux" and no workflow at all.
const Workflow* dedicated_workflow(const Config& config, const std::vector<Workflow>& workflows) {
  const auto name = config.string("KDEVOPS_WORKFLOW_NAME");
  if (name.empty() || name == "mix" || name == "linux") return nullptr;
  for (const auto& workflow : workflows) {
    if (workflow.name != name) continue;
    if (config.enabled(workflow.enable)) return &workflow;
    throw support::Error(support::ExitCode::configuration,
                         fmt::format("enable: CONFIG_{} is not y, though this workflow is the configured one", workflow.enable),
                         workflow.enable_place,
                         fmt::format("name the symbol that workflows/{}/Kconfig turns on", name));
  }
  throw config.error("KDEVOPS_WORKFLOW_NAME", fmt::format("there is no workflow \"{}\"", name),
                     "each workflow is a folder of workflows/ with a workflow.yaml");
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
               : plan_inventory(config, workflow, workflows, plan.hosts_prefix, plan.baseline_and_dev);

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
  // Where the sources are is known, but not yet among the variables.
  auto paths = variables;
  set_variable(paths, "topdir_path", site.topdir);
  auto own_paths = variables;
  set_variable(own_paths, "topdir_path", site.tree);
  plan.linux = plan_linux(config, paths, own_paths, plan.baseline_and_dev);
  if (nixos) {
    plan.systems = plan_systems(config, workflows, site, plan.libvirt.machine, plan.baseline_and_dev);
    for (auto& system : plan.systems) system.shares = plan_shares(config, paths);
    const bool imageless = plan.systems.front().backend == "imageless";
    if (imageless && !plan.linux.enabled) {
      throw config.error("NIXOS_BACKEND_IMAGELESS", "needs a kernel from outside, but CONFIG_BOOTLINUX is not set",
                         "run: make olddefconfig");
    }
    const auto drives = plan_drives(config);
    for (const auto& host : inventory.hosts) {
      Node node;
      node.name = host.name;
      node.role = host.role;
      node.test = host.test;
      node.system = plan.systems[host.role == Role::dev ? plan.systems.size() - 1 : 0].name;
      if (imageless) node.kernel = plan.linux.refs[host.role == Role::dev ? plan.linux.refs.size() - 1 : 0].name;
      node.drives = drives;
      node.directory = fmt::format("{}/{}/{}", plan.libvirt.storage, plan.instance.id, host.name);
      plan.nodes.push_back(std::move(node));
    }
    assign_macs(plan.nodes, site.tree);
    if (plan.libvirt.gdb) assign_gdb_ports(plan.nodes, site.tree, config);
  } else if (declared && config.enabled("NIXOS_DEPLOY")) {
    plan.systems = plan_machines(config, workflows, site, inventory.hosts);
  }

  plan.ansible = plan_ansible(config);
  Group all{"all", {}, {}};
  for (const auto& host : inventory.hosts) all.hosts.push_back(host.name);
  plan.ansible.groups.push_back(std::move(all));
  plan.ansible.groups.insert(plan.ansible.groups.end(), inventory.groups.begin(),
                             inventory.groups.end());
  set_interpreters(plan.ansible.groups, config, nixos || !plan.systems.empty());
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
