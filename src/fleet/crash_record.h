// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
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
  /// Takes all of `other`, which is removed. Returns where each of its files went.
  std::map<std::string, std::string> take(const CrashRecord& other);

 private:
  /// The evidence of a line of `crashed`, which is added when it is new.
  std::string path_of(const std::string& line);
  std::string crash_path(std::size_t number) const;
  /// The console-<n>.log that begins with `text`, or a new one.
  std::string console_path(const std::string& text) const;
  /// Adds `text` to a file that has no `mark` yet: what was there stays.
  void add(const std::string& path, const std::string& mark, const std::string& text);

  support::Files& files_;
  const std::string directory_;
};

/// The records of a node in workflows/<w>/results.
class CrashRecords {
 public:
  CrashRecords(support::Files& files, std::string results, std::string node);

  /// Of a run; of ours in .unanswered/<node>/ when it is empty: the node has not told it yet.
  CrashRecord of(const std::string& run) const;
  /// The node told its run: it gets what was noted, by whomever, since it began. What is older is of
  /// another one and stays. Returns where each file went.
  std::map<std::string, std::string> assign(const std::string& run);

 private:
  support::Files& files_;
  const std::string results_, node_;
  const std::string unanswered_;  ///< has a directory for each watcher, named as a run is, by its begin
  const std::string own_;
};

}  // namespace kdevops::fleet
