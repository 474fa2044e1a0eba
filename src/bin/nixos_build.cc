// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-build: NixOS systems by Nix: what bring-up needs, closures, images, deployments.
#include "deploy/verbs.h"
#include "nix/verbs.h"

int main(int argc, char** argv) {
  using namespace kdevops;
  return support::run_tool({"nixos-build",
                            "Lock and build the NixOS systems of a plan",
                            {nix::build_verb(), nix::output_verb(), nix::closure_verb(), nix::schema_verb(),
                             deploy::run_verb(), deploy::run_clean_verb(), deploy::test_driver_verb(),
                             deploy::repl_verb(), deploy::deploy_verb()}},
                           argc, argv);
}
