// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"
#include "plan/nodes.h"
#include "plan/plan.h"
#include "plan/planner.h"
#include "plan/registry.h"
#include "plan/variables.h"

namespace kdevops::plan {

// The NixOS configurations of a plan and the kernels they run. All throw Error (configuration) with
// file, line and symbol.

/// The configuration of all nodes; a second one for the dev nodes when their kernel, built by Nix,
/// comes from another ref. `machine` is the libvirt machine type. Shares are not filled in.
std::vector<System> plan_systems(const kconfig::Config& config, const std::vector<Workflow>& workflows,
                                 const Site& site, const std::string& machine, bool baseline_and_dev);

/// One configuration per declared host, for `make deploy`.
std::vector<System> plan_machines(const kconfig::Config& config, const std::vector<Workflow>& workflows,
                                  const Site& site, const std::vector<Inventory::Host>& hosts);

/// Directories of the host that every guest sees. `variables` are what Jinja in the paths may name.
std::vector<Share> plan_shares(const kconfig::Config& config, const Variables& variables);

/// The kernel built outside Nix. Jinja in the path of the sources, which trees of one checkout share,
/// may name `shared`; in those of what is built from them `own`. `both`: baseline and dev may differ.
Linux plan_linux(const kconfig::Config& config, const Variables& shared, const Variables& own, bool both);

/// Packages of the library that Kconfig and closure requests offer to build from another source.
const std::vector<std::string>& overridable_packages();

/// A flake reference from what users write: a flake reference, a git URL or an absolute path, and
/// a branch, tag or commit ("" for none).
std::string flake_reference(const std::string& source, const std::string& ref);

}  // namespace kdevops::plan
