// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/run.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <fmt/format.h>

#include "deploy/deploy.h"
#include "nix/build.h"
#include "support/error.h"
#include "support/loopback.h"

namespace kdevops::deploy {

using plan::Plan;
using support::Error;
using support::ExitCode;
using support::Files;

namespace {

constexpr int first_ssh_port = 2200;

/// The system a node runs; declared machines can be tried by their own name.
const plan::System& system_of(const Plan& plan, const std::string& name) {
  for (const auto& system : plan.systems) {
    if (system.backend == "machine" && system.name == name) return system;
  }
  return plan.system(plan.node(name).system);
}

std::string run_script(const std::string& out, const Files& files) {
  for (const auto& name : files.list(out + "/bin")) {
    if (name.starts_with("run-") && name.ends_with("-vm")) return out + "/bin/" + name;
  }
  throw Error(ExitCode::failed, "config.system.build.vm has no bin/run-*-vm", out);
}

std::string directory(const Plan& plan) { return plan.instance.tree + "/nixos/run"; }

}  // namespace

std::string kernel_variable(const std::string& system_name) {
  std::string id = system_name;
  for (char& c : id) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return "NIXPKGS_QEMU_KERNEL_" + id;
}

int free_port(int first) {
  for (int port = first; port <= 65535; ++port) {
    if (support::loopback_port_free(port)) return port;
  }
  throw Error(ExitCode::host_not_ready, fmt::format("no port from {} on is free on 127.0.0.1", first));
}

Run prepare_run(const Plan& plan, const RunOptions& options, Files& files, support::Processes& processes) {
  if (plan.systems.empty()) {
    throw Error(ExitCode::configuration, "this configuration has no NixOS machine to run", "nixos-run");
  }
  const auto name = !options.node.empty()  ? options.node
                    : plan.nodes.empty() ? plan.systems.front().name
                                         : plan.nodes.front().name;
  const auto& system = system_of(plan, name);
  if (system.backend == "imageless") {
    throw Error(ExitCode::configuration, "an imageless system has no kernel of its own to run", name,
                "make bringup boots it; or choose CONFIG_NIXOS_BACKEND_LIBVIRT");
  }
  if (!options.kernel.empty() && !files.exists(options.kernel)) {
    throw Error(ExitCode::usage, "there is no such kernel image", options.kernel);
  }
  if (system.backend == "machine") complete_machine(plan, system, files);
  const auto out = nix::build_output(plan, "vm", {system.name}, files, processes).at(system.name).out;

  Run run;
  files.make_directories(directory(plan), 0755);
  run.disk = fmt::format("{}/{}.qcow2", directory(plan), name);
  run.argv = {run_script(out, files)};
  if (!options.graphic) run.argv.emplace_back("-nographic");
  // The script asks for KVM or emulation, but QEMU takes any KVM that opens.
  if (options.emulate) run.argv.insert(run.argv.end(), {"-machine", "accel=tcg"});
  run.argv.insert(run.argv.end(), options.arguments.begin(), options.arguments.end());

  const auto node = std::find_if(plan.nodes.begin(), plan.nodes.end(), [&](const auto& n) { return n.name == name; });
  run.ssh_port = free_port(first_ssh_port + static_cast<int>(node - plan.nodes.begin()));
  // The name comes by DHCP here as it does from libvirt's network.
  auto network = fmt::format("hostname={},hostfwd=tcp:127.0.0.1:{}-:{}", name, run.ssh_port, plan.ssh.port);
  if (const char* more = std::getenv("QEMU_NET_OPTS"); more != nullptr && *more != '\0') network += fmt::format(",{}", more);
  // The last console= gets what systemd says of the boot.
  std::string parameters = options.graphic ? "" : system.platform == "aarch64-linux" ? "console=ttyAMA0" : "console=ttyS0";
  if (const char* more = std::getenv("QEMU_KERNEL_PARAMS"); more != nullptr && *more != '\0') {
    parameters = fmt::format("{}{}{}", parameters, parameters.empty() ? "" : " ", more);
  }
  run.environment = {{"QEMU_KERNEL_PARAMS", parameters},
                     {"NIX_DISK_IMAGE", run.disk},
                     {"NIX_EFI_VARS", fmt::format("{}/{}-efi-vars.fd", directory(plan), name)},
                     {"QEMU_NET_OPTS", network}};
  if (!options.kernel.empty()) {
    // The script changes its directory first.
    run.environment.emplace_back(kernel_variable(system.name), support::absolute_path(options.kernel));
  }
  return run;
}

std::vector<std::string> clean_runs(const Plan& plan, const std::string& node, Files& files) {
  std::vector<std::string> gone;
  if (!node.empty()) system_of(plan, node);
  for (const auto& name : files.list(directory(plan))) {
    if (!node.empty() && name != node + ".qcow2" && name != node + "-efi-vars.fd") continue;
    const auto path = directory(plan) + "/" + name;
    if (files.remove(path)) gone.push_back(path);
  }
  if (files.list(directory(plan)).empty()) files.remove(directory(plan));
  return gone;
}

}  // namespace kdevops::deploy
