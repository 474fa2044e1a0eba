// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/tree.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "emit/ansible.h"
#include "emit/legacy.h"
#include "emit/libvirt.h"
#include "emit/nix.h"
#include "emit/outputs.h"
#include "emit/ssh_config.h"
#include "formats/template.h"
#include "support/process.h"

namespace kdevops::emit {

using plan::Plan;
using support::Files;

namespace {

const std::string generated = "nixos/generated/";

std::string shell_literal(std::string_view text) { return support::shell_quote({std::string(text)}); }

/// Paths below nixos/generated of one root that an earlier plan wrote and `tree` does not have:
/// whole systems, domain documents and wrappers. Nothing else there is ours to remove.
std::vector<std::string> stale(const std::map<std::string, Generated>& tree, const Files& files,
                               const std::string& root) {
  std::vector<std::string> paths;
  for (const auto& name : files.list(root + "/" + generated)) {
    const std::string path = generated + name;
    const bool wrapper = name.starts_with("run-") && name.ends_with("-wrapper.sh");
    const bool system = files.exists(root + "/" + path + "/flake.nix");
    if (wrapper && !tree.contains(path)) paths.push_back(path);
    if (system && !tree.contains(path + "/flake.nix")) paths.push_back(path);
  }
  for (const auto& name : files.list(root + "/" + generated + "libvirt")) {
    const std::string path = generated + "libvirt/" + name;
    if (name.ends_with(".xml") && !tree.contains(path)) paths.push_back(path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

using ReadTemplate = std::function<std::string(const std::string&)>;

/// nixos/generated/<system>/ of every system.
void add_systems(std::map<std::string, Generated>& tree, const Plan& plan, const ReadTemplate& read_template,
                 const Files& files, const std::string& topdir) {
  for (const auto& system : plan.systems) {
    const std::string directory = generated + system.name + "/";
    const std::string flake = system.backend == "imageless" ? "nix/imageless.nix" : "nix/flake.nix";
    tree[directory + "flake.nix"] = {flake_nix(plan, system, read_template(flake), "templates/" + flake)};
    tree[directory + "default.nix"] = {default_nix(plan, system)};
    tree[directory + "workflow-deps.nix"] = {workflow_deps_nix(system)};
    for (auto& [name, text] : output_files(plan, system, files, topdir)) tree[directory + name] = {std::move(text)};
    for (auto& [name, text] : legacy_files(plan, system, files, topdir)) tree[directory + name] = {std::move(text)};
    // A machine that exists describes itself: make deploy asks it.
    if (system.backend != "machine") {
      tree[directory + "hardware-configuration.nix"] = {hardware_configuration_nix(plan, system)};
    }
  }
}

/// What brings up nodes of ours.
void add_nodes(std::map<std::string, Generated>& tree, const Plan& plan, const ReadTemplate& read_template) {
  tree[generated + "vms.nix"] = {vms_nix(plan)};
  tree[generated + "ssh_config"] = {fleet_config_text(plan, {})};
  tree[generated + "libvirt/network.xml"] = {network_xml(plan, read_template("libvirt/network.xml"))};
  const auto domain = read_template("libvirt/domain.xml");
  const auto wrapper = read_template("run-wrapper.sh");
  for (const auto& node : plan.nodes) {
    tree[fmt::format("{}libvirt/{}.xml", generated, node.name)] = {domain_xml(plan, node, domain)};
    tree[fmt::format("{}run-{}-wrapper.sh", generated, node.name)] = {
        formats::fill_template(wrapper, {{"tree", plan.instance.tree}, {"node", node.name}},
                               shell_literal, "templates/run-wrapper.sh"),
        0755};
  }
}

}  // namespace

std::map<std::string, Generated> generate(const Plan& plan, const Files& files,
                                          const std::string& topdir) {
  std::map<std::string, Generated> tree;
  const ReadTemplate read_template = [&](const std::string& name) {
    return files.read_or_throw(topdir + "/templates/" + name);
  };
  tree["hosts"] = {hosts_ini(plan)};
  // kdevops's own mode for it; an executable ansible.cfg is read all the same.
  tree["ansible.cfg"] = {ansible_cfg(plan), 0755};
  tree["extra_vars.yaml"] = {extra_vars_yaml(plan)};
  tree["guestfs/kdevops_nodes.yaml"] = {kdevops_nodes_yaml(plan)};
  tree[generated + "plan.json"] = {plan::to_json(plan)};
  add_systems(tree, plan, read_template, files, topdir);
  if (!plan.nodes.empty()) add_nodes(tree, plan, read_template);
  return tree;
}

Changes compare(const std::map<std::string, Generated>& tree, const Files& files,
                const std::string& root) {
  Changes changes;
  for (const auto& [path, file] : tree) {
    const auto old = files.read(root + "/" + path);
    if (!old || *old != file.bytes) changes.written.push_back(path);
  }
  changes.removed = stale(tree, files, root);
  return changes;
}

Changes commit(const std::map<std::string, Generated>& tree, Files& files, const std::string& root) {
  auto changes = compare(tree, files, root);
  for (const auto& path : changes.removed) files.remove(root + "/" + path);
  for (const auto& path : changes.written) {
    const auto& file = tree.at(path);
    files.write(root + "/" + path, file.bytes, file.mode);
  }
  return changes;
}

}  // namespace kdevops::emit
