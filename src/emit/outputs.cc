// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/outputs.h"

#include <fmt/format.h>

#include "emit/nix.h"
#include "formats/nix.h"

namespace kdevops::emit {

using formats::NixValue;
using plan::Plan;
using plan::System;
using support::Files;

namespace {

using Scripts = std::vector<std::pair<std::string, std::string>>;

}  // namespace

Scripts test_scripts(const System& system, const Files& files, const std::string& topdir) {
  Scripts scripts{{"fleet.py", files.read_or_throw(topdir + "/templates/nix/fleet.py")}};
  for (const auto& suite : system.test_suites) {
    // A suite that the user added may have none.
    if (auto text = files.read(fmt::format("{}/workflows/{}/smoke.py", topdir, suite))) {
      scripts.emplace_back(suite + ".py", std::move(*text));
    }
  }
  const auto directory = topdir + "/tests/nixos";
  for (const auto& name : files.list(directory)) {
    if (name.ends_with(".py")) scripts.emplace_back("user/" + name, files.read_or_throw(directory + "/" + name));
  }
  return scripts;
}

std::string fleet_nix(const Plan& plan, const System& system, const Scripts& scripts) {
  NixValue::List nodes, names;
  for (const auto& node : plan.nodes) {
    if (node.system == system.name) nodes.push_back(node.name);
  }
  // A machine that exists is no node of ours; tested, it needs a name all the same.
  if (nodes.empty()) nodes.push_back(system.host_name.empty() ? "machine" : system.host_name);
  for (const auto& [name, text] : scripts) names.push_back(name);
  return generated_header + NixValue(NixValue::Attrs{{"name", system.name},
                                           {"image", system.image_name()},
                                           {"efi", system.efi},
                                           {"diskSizeMiB", system.disk_size_mib},
                                           {"memoryMiB", plan.libvirt.memory_mib},
                                           {"vcpus", plan.libvirt.vcpus},
                                           {"user", plan.ssh.user},
                                           {"sshPort", plan.ssh.port},
                                           {"nodes", std::move(nodes)},
                                           {"scripts", std::move(names)}})
                      .print() + "\n";
}

std::map<std::string, std::string> output_files(const Plan& plan, const System& system, const Files& files,
                                                const std::string& topdir) {
  std::map<std::string, std::string> tree{
      {"repl.nix", generated_header + files.read_or_throw(topdir + "/templates/nix/repl.nix")}};
  // No tests of guests whose kernel comes from outside, and nothing to make images of.
  if (system.backend == "imageless") return tree;
  const auto scripts = test_scripts(system, files, topdir);
  for (const auto& [name, text] : scripts) tree["tests/" + name] = text;
  tree["fleet.nix"] = fleet_nix(plan, system, scripts);
  tree["outputs.nix"] = generated_header + files.read_or_throw(topdir + "/templates/nix/outputs.nix");
  return tree;
}

}  // namespace kdevops::emit
