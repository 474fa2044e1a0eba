// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

#include "formats/nix.h"
#include "formats/template.h"
#include "plan/plan.h"

namespace kdevops::emit {

/// nixos/generated/<system>/flake.nix from the template of its backend. `file` is for errors.
std::string flake_nix(const plan::Plan& plan, const plan::System& system, const std::string& text,
                      const std::string& file);

/// default.nix: who may log in, the name policy, the imports.
std::string default_nix(const plan::Plan& plan, const plan::System& system);

/// hardware-configuration.nix: what a virtual machine of ours looks like from inside. A machine that
/// exists already brings its own.
std::string hardware_configuration_nix(const plan::Plan& plan, const plan::System& system);

/// workflow-deps.nix: the test suites' modules and the options that workflow.yaml sets.
std::string workflow_deps_nix(const plan::System& system);

/// vms.nix: every node as data, for users' own Nix code.
std::string vms_nix(const plan::Plan& plan);

// Parts of the above that a closure request's files share.

/// Values of the placeholders that templates/nix/{flake,imageless}.nix have in common.
std::map<std::string, formats::TemplateValue> flake_values(const plan::Nix& nix, const plan::System& system);

/// nixosModules.<room>.<name> for each name.
formats::NixValue::List library_modules(const char* room, const std::vector<std::string>& names);

/// Imports of the selected profiles and of what mounts the shares.
formats::NixValue::List feature_imports(const plan::System& system);

/// Options that turn on what the imports only declare: gated profiles, shares.
formats::NixValue::Attrs feature_options(const plan::System& system);

}  // namespace kdevops::emit
