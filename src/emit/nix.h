// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "plan/plan.h"

namespace kdevops::emit {

/// nixos/generated/<system>/flake.nix from templates/nix/flake.nix. `file` is for errors.
std::string flake_nix(const plan::Plan& plan, const plan::System& system, const std::string& text,
                      const std::string& file);

/// default.nix: who may log in, the name policy, the imports.
std::string default_nix(const plan::Plan& plan, const plan::System& system);

/// hardware-configuration.nix: what a libvirt guest of ours looks like from inside.
std::string hardware_configuration_nix(const plan::System& system);

/// workflow-deps.nix: the test suites' modules and the options that workflow.yaml sets.
std::string workflow_deps_nix(const plan::System& system);

/// vms.nix: every node as data, for users' own Nix code.
std::string vms_nix(const plan::Plan& plan);

}  // namespace kdevops::emit
