// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/expunge.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "results/run_directory.h"
#include "results/text.h"
#include "results/tree.h"
#include "support/error.h"

namespace kdevops::results {

namespace {

using support::Error;
using support::ExitCode;

/// One failed test and the list it belongs to.
struct Entry {
  std::string path, test, line;
  std::vector<std::string> scopes;  ///< directories whose lists may name it already
  std::string section;
};

/// A name becomes a part of a path: nothing that leads elsewhere.
void check_part(const std::string& part, const char* what, const Node& node) {
  const bool odd = part.empty() || part.front() == '.' || part.find('/') != std::string::npos;
  if (!odd) return;
  throw Error(ExitCode::failed, fmt::format("its {} is not known{}", what, part.empty() ? "" : ": \"" + part + "\""),
              node.name, "It is read from " + node.directory + "/run.json.");
}

/// "xfs_reflink_4k/generic/001" is of that section; "generic/001" of the node's.
Entry fstests_entry(const Node& node, const Test& test, const std::string& lists) {
  Entry entry;
  entry.test = test.name;
  entry.section = node.section;
  if (std::count(test.name.begin(), test.name.end(), '/') == 2) {
    const auto slash = test.name.find('/');
    entry.section = test.name.substr(0, slash);
    entry.test = test.name.substr(slash + 1);
  }
  check_part(node.kernel, "kernel", node);
  check_part(entry.section, "section", node);
  const std::string fs = entry.section.substr(0, entry.section.find('_'));
  const std::string directory = fmt::format("{}/{}/{}", lists, node.kernel, fs);
  entry.path = fmt::format("{}/unassigned/{}.txt", directory, entry.section);
  entry.scopes = {directory, fmt::format("{}/any/{}", lists, fs)};
  entry.line = fmt::format("{}  # {}", entry.test, one_line(test.reason.empty() ? to_string(test.verdict) : test.reason, 100));
  return entry;
}

Entry blktests_entry(const Node& node, const Test& test, const std::string& lists) {
  check_part(node.kernel, "kernel", node);
  const std::string directory = fmt::format("{}/{}", lists, node.kernel);
  return {directory + "/failures.txt", test.name, test.name, {directory, lists + "/any"}, ""};
}

/// The names in a list; comments and blank lines are none.
void names_in(std::string_view list, std::set<std::string>& names) {
  each_line(list, [&](const Line& line) {
    const auto parts = words(line.text.substr(0, line.text.find('#')));
    if (!parts.empty()) names.insert(std::string(parts.front()));
  });
}

/// What the lists that apply to a section name already.
std::set<std::string> known(const support::Files& files, const Entry& entry) {
  std::set<std::string> names;
  for (const auto& scope : entry.scopes) {
    const Tree tree(files, scope);
    for (const auto& path : tree.ending(".txt")) {
      const auto name = base_name(path);
      const bool applies = entry.section.empty() || name == entry.section + ".txt" || name == "all.txt";
      if (applies) names_in(files.read_or_throw(tree.absolute(path)), names);
    }
  }
  return names;
}

bool belongs_on_a_list(Verdict verdict) {
  return verdict == Verdict::failed || verdict == Verdict::crashed || verdict == Verdict::hung;
}

}  // namespace

std::vector<ExpungeChange> expunge_changes(const support::Files& files, const std::vector<Run>& runs,
                                           const std::string& lists) {
  std::map<std::string, ExpungeChange> changes;
  std::map<std::string, std::set<std::string>> named;
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      const bool fstests = node.suite == "fstests";
      if (!fstests && node.suite != "blktests") {
        throw Error(ExitCode::usage, node.suite + " has no expunge lists", node.name, "fstests and blktests have.");
      }
      for (const auto& test : node.tests) {
        if (!belongs_on_a_list(test.verdict) || test.name == no_test) continue;
        const Entry entry = fstests ? fstests_entry(node, test, lists) : blktests_entry(node, test, lists);
        const auto [it, fresh] = changes.try_emplace(entry.path);
        auto& change = it->second;
        if (fresh) {
          change.path = entry.path;
          change.before = change.after = files.read(entry.path).value_or("");
          if (!change.after.empty() && change.after.back() != '\n') change.after += '\n';
          named[entry.path] = known(files, entry);
        }
        if (!named[entry.path].insert(entry.test).second) continue;
        change.added.push_back(entry.test);
        change.after += entry.line + "\n";
      }
    }
  }
  std::vector<ExpungeChange> out;
  for (auto& [path, change] : changes) {
    if (!change.added.empty()) out.push_back(std::move(change));
  }
  return out;
}

std::string unified_diff(const ExpungeChange& change) {
  std::vector<std::string> before, after;
  each_line(change.before, [&](const Line& line) { before.emplace_back(line.text); });
  each_line(change.after, [&](const Line& line) { after.emplace_back(line.text); });
  const bool open = !change.before.empty() && change.before.back() != '\n';
  const std::size_t kept = before.size() - (open ? 1 : 0), first = kept > 3 ? kept - 3 : 0;
  const auto range = [](std::size_t from, std::size_t to) {
    return to == from ? fmt::format("{},0", from) : fmt::format("{},{}", from + 1, to - from);
  };
  std::string out = fmt::format("--- {}\n+++ {}\n@@ -{} +{} @@\n", before.empty() ? "/dev/null" : change.path, change.path,
                                range(first, before.size()), range(first, after.size()));
  for (std::size_t i = first; i < kept; ++i) out += " " + before[i] + "\n";
  if (open) out += "-" + before.back() + "\n\\ No newline at end of file\n";
  for (std::size_t i = kept; i < after.size(); ++i) out += "+" + after[i] + "\n";
  return out;
}

}  // namespace kdevops::results
