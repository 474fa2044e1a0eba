// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/fragments.h"
#include "kernel/record.h"
#include "kernel/toolchain.h"
#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::kernel {

/// The kernels of a plan, each built out of its tree in <build>/<name>. Every stage makes the ones before
/// it where they are missing, and does nothing that is done already.
class Builder {
 public:
  Builder(const plan::Plan& plan, support::Files& files, support::Processes& processes);

  /// Sources. `update`: follow branches.
  void clone(const plan::LinuxRef& ref, bool update);
  /// <build>/<name>/.config from the fragments, when they or the tree's version changed; what somebody
  /// changed in it otherwise stays, made whole for the tree. Throws Error (configuration) that names each
  /// symbol a fragment sets and the tree did not take.
  void configure(const plan::LinuxRef& ref);
  /// make. Its output goes to <build>/<name>.log; a failure shows the end of that.
  void build(const plan::LinuxRef& ref);
  /// Image, System.map, .config and modules into destdir, then the record.
  Record install(const plan::LinuxRef& ref);

 private:
  struct Place {
    std::string source, build, log;
  };
  Place place(const plan::LinuxRef& ref) const;
  /// The arguments of every make of this kernel: what the environment of ours says must not reach it.
  support::Command make(const plan::LinuxRef& ref, std::vector<std::string> targets);
  std::string ask(const plan::LinuxRef& ref, const std::string& target);
  void run(const plan::LinuxRef& ref, const std::string& stage, support::Command command);
  void say(const plan::LinuxRef& ref, const std::string& text) const;

  const plan::Plan& plan_;
  const plan::Linux& linux_;
  support::Files& files_;
  support::Processes& processes_;
  std::string arch_;                  ///< x86_64 | aarch64
  std::optional<Toolchain> toolchain_;
};

/// Makes only the named refs; all of them for an empty list. Throws Error (usage) for an unknown name,
/// (configuration) when the plan has no kernel to build.
std::vector<plan::LinuxRef> chosen_refs(const plan::Plan& plan, const std::vector<std::string>& names);

}  // namespace kdevops::kernel
