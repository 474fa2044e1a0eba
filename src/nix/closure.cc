// SPDX-License-Identifier: GPL-2.0-or-later
#include "nix/closure.h"

#include "emit/closure.h"
#include "nix/build.h"
#include "nix/prepare.h"
#include "support/error.h"

namespace kdevops::nix {

using support::Error;
using support::ExitCode;
using support::Files;

namespace {

void check_rendered(const std::string& directory, const Files& files) {
  if (files.exists(directory + "/flake.nix")) return;
  throw Error(ExitCode::usage, "nothing has been rendered yet", directory, "run the step render first, or all of them");
}

}  // namespace

std::string closure_directory(const std::string& parent, const std::string& vm_name) {
  // "?" and "#" end the path of a flake reference, "%" starts an escape.
  if (!parent.starts_with('/') || parent.find_first_of(" \t\n\"?#%") != std::string::npos) {
    throw Error(ExitCode::usage, "this directory cannot be part of a flake reference", parent,
                "give an absolute path without blanks and without any of \"?#%");
  }
  return parent + "/" + vm_name;
}

RenderedClosure render_closure(const plan::ClosureRequest& request, const plan::Nix& nix, const std::string& directory,
                               const std::string& topdir, Files& files) {
  check_library(nix.library, files);
  const std::string file = "templates/nix/imageless.nix";
  RenderedClosure rendered{emit::closure_flake_nix(nix, request, files.read_or_throw(topdir + "/" + file), file),
                           emit::closure_default_nix(request)};
  files.write_if_changed(directory + "/flake.nix", rendered.flake_nix);
  files.write_if_changed(directory + "/default.nix", rendered.default_nix);
  return rendered;
}

void lock_closure(const plan::System& system, const std::string& directory, bool update_library, const Files& files,
                  NixCli& nix) {
  check_rendered(directory, files);
  std::vector<std::string> inputs;
  if (files.exists(directory + "/flake.lock")) {
    inputs = local_sources(system);
    if (update_library) inputs.emplace_back("nixos-flake");
  }
  nix.lock(directory, inputs);
}

Bootspec build_closure(const std::string& directory, const Files& files, NixCli& nix) {
  check_rendered(directory, files);
  const auto out = nix.build_one("path:" + directory + "#toplevel");
  nix.add_root(out, directory + "/result");
  return read_bootspec(files, out);
}

}  // namespace kdevops::nix
