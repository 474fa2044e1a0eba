// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/gitr.h"

#include <algorithm>

#include <fmt/format.h>

#include "results/archive.h"
#include "results/collection.h"
#include "results/run_directory.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr std::string_view results_directory = "test-results";

/// Everything of one group (xfs, nfs_v42).
struct Group {
  std::map<std::string, GitScript> scripts;
  std::map<std::string, std::string> evidence;
  std::string directory;  ///< of the scripts' files
  ProveSummary prove;
  std::string summary;    ///< path
};

/// "xfs/t/test-results/t0001-init.out" -> "xfs"; "xfs.tgz", "xfs/x.tgz" -> "xfs".
std::string group_of(std::string_view path) {
  if (const auto at = path.find(results_directory); at != std::string_view::npos) {
    auto above = path.substr(0, at);
    while (above.ends_with('/')) above.remove_suffix(1);
    if (base_name(above) == "t") above = directory_name(above);
    return std::string(base_name(above));
  }
  if (const auto parent = parent_name(path); !parent.empty()) return std::string(parent);
  const auto name = base_name(path);
  return std::string(name.substr(0, name.rfind('.')));
}

void add_script(const Tree& tree, const std::string& path, Node& node, Group& group) {
  const auto name = base_name(path);
  const auto point = name.rfind('.');
  const auto kind = name.substr(std::min(point, name.size()));
  if (kind != ".out" && kind != ".exit" && kind != ".counts") return;
  std::string problem;
  auto text = read_text(tree.files(), tree.absolute(path), problem);
  if (!problem.empty()) node.problems.push_back(std::move(problem));
  auto& script = group.scripts[one_line(name.substr(0, point))];
  (kind == ".out" ? script.out : kind == ".exit" ? script.exit : script.counts) = text.value_or("");
  if (kind == ".out") group.evidence[one_line(name.substr(0, point))] = path;
}

/// The archive knows a script's output, not its status; test-results, where they are, know more.
void add_archive(const Tree& tree, const std::string& path, Node& node, Group& group) {
  std::string problem;
  const auto packed = read_text(tree.files(), tree.absolute(path), problem);
  const auto archive = packed ? gunzip(*packed, problem) : std::nullopt;
  const auto members = archive ? untar(*archive, problem) : std::vector<ArchiveMember>();
  if (!problem.empty()) node.problems.push_back(fmt::format("{}: {}", path, problem));
  for (const auto& member : members) {
    auto name = base_name(member.name);
    if (name == "meta.yml") continue;
    if (name.ends_with(".sh")) name.remove_suffix(3);
    auto& script = group.scripts[one_line(name)];
    if (script.out || script.exit || script.counts) continue;
    script.out = std::string(member.bytes);
    // prove lists every status but 0 in its summary; without a summary nobody knows the status.
    if (!group.prove.result.empty()) script.exit = "0\n";
  }
}

void judge(const RunDirectory& run, const std::string& name, bool prefixed, Group& group, Node& node) {
  for (const auto& [script, files] : group.scripts) {
    Test test = judge_git_script(script, files);
    const auto why = group.prove.failures.find(script);
    if (why != group.prove.failures.end() && test.verdict != Verdict::failed) {
      test.verdict = Verdict::failed;
      test.reason = why->second;
    }
    if (const auto it = group.prove.seconds.find(script); it != group.prove.seconds.end()) test.seconds = it->second;
    if (const auto it = group.evidence.find(script); is_bad(test.verdict) && it != group.evidence.end()) test.evidence = it->second;
    const std::string full = name + "/" + script;
    if (!name.empty() && (run.plans(full) || (prefixed && !run.plans(script)))) test.name = full;
    node.tests.push_back(std::move(test));
  }
  for (const auto& [script, why] : group.prove.failures) {
    if (group.scripts.count(script) > 0) continue;
    node.tests.push_back({prefixed ? name + "/" + script : script, Verdict::failed, why, {}, {}, group.summary, ""});
  }
  if (!group.summary.empty() && group.prove.result.empty() && !run.ours) {
    node.problems.push_back(group.summary + ": cut: it has no result");
  }
}

}  // namespace

bool holds_gitr(const Tree& tree) {
  return std::any_of(tree.paths().begin(), tree.paths().end(), [](const auto& path) {
    return parent_name(path) == results_directory || path.ends_with(".summary");
  });
}

void read_gitr(const Tree& tree, Node& node) {
  const auto run = read_run_directory(tree);
  std::map<std::string, Group> groups;
  for (const auto& path : tree.paths()) {
    if (parent_name(path) == results_directory) add_script(tree, path, node, groups[group_of(path)]);
    if (!path.ends_with(".summary")) continue;
    auto& group = groups[group_of(path)];
    group.summary = path;
    group.prove = parse_prove(read_evidence(tree.files(), tree.absolute(path)));
  }
  for (const auto& path : tree.ending(".tgz")) add_archive(tree, path, node, groups[group_of(path)]);
  for (auto& [name, group] : groups) judge(run, name, groups.size() > 1, group, node);
}

}  // namespace kdevops::results
