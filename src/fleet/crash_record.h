// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "fleet/run_monitor.h"
#include "support/files.h"

namespace kdevops::fleet {

/// The planned test that the kernel log means by `name`: the one of that name, or of the form
/// <section>/<name>; with several, the next one from position `at` on, where the run is. `name` itself
/// when it is not planned.
std::string planned_name(const std::string& name, const std::vector<std::string>& tests, std::size_t at);

/// What the controller keeps of the crashes of one node, in workflows/<w>/results/<run>/<node>/:
/// crash-<n>.txt, the evidence of the n-th line of `crashed`, and `crashed` itself, so that nothing is
/// lost while the node does not answer.
class CrashRecord {
 public:
  CrashRecord(support::Files& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  /// Returns the path of the evidence. A crash that was saved before, by whomever, is not saved again.
  /// Without a test it goes into console-<n>.log, because no line of `crashed` is about it.
  std::string save(const Verdict& verdict, const std::string& node, const std::string& boot,
                   const std::string& console);
  /// The lines of `crashed`, each "<panic|hang> <test>".
  std::vector<std::string> lines() const;

 private:
  support::Files& files_;
  const std::string directory_;
};

}  // namespace kdevops::fleet
