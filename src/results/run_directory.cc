// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/run_directory.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr std::string_view unfinished = "the run has not ended";

void read_planned(std::string_view text, RunDirectory& run) {
  std::set<std::string> seen;
  each_line(text, [&](const Line& line) {
    if (!line.whole) run.problems.push_back("tests: the list of planned tests is cut");
    if (std::string name = one_line(trim(line.text)); !name.empty() && seen.insert(name).second) {
      run.planned.push_back(std::move(name));
    }
  });
}

/// "panic generic/002" of the lines "verdict: panic" and "test: generic/002" with which nixos-vm watch heads
/// a console; empty without them.
std::string crash_line(const Tree& tree, const std::string& path) {
  const std::string console = read_evidence(tree.files(), tree.absolute(path));
  std::string verdict, test;
  bool over = false;
  each_line(std::string_view(console).substr(0, 4096), [&](const Line& line) {
    over |= line.text.empty();
    if (!over && line.text.starts_with("verdict: ")) verdict = line.text.substr(9);
    if (!over && line.text.starts_with("test: ")) test = line.text.substr(6);
  });
  return verdict.empty() ? "" : one_line(verdict + " " + test);
}

void add_crash(std::string_view line, std::string evidence, RunDirectory& run) {
  const auto end = std::min(line.find(' '), line.size());
  const std::string test = one_line(trim(line.substr(end)));
  run.crashes.push_back({line.substr(0, end) == "hang" ? Verdict::hung : Verdict::crashed,
                         test.empty() ? no_test : test, std::move(evidence)});
}

/// Node and controller may have noted crashes in another order: what a file is about is at its head, and
/// only of one without a head its number says it.
void read_crashes(const Tree& tree, std::string_view text, RunDirectory& run) {
  std::map<std::string, std::string> evidence;  ///< by line, or by file
  for (const auto& path : tree.paths()) {
    if (!path.starts_with("crash-") || !path.ends_with(".txt")) continue;
    const std::string line = crash_line(tree, path);
    evidence.emplace(line.empty() ? path : line, path);
  }
  int number = 0;
  each_line(text, [&](const Line& line) {
    if (trim(line.text).empty()) return;
    ++number;
    auto it = evidence.find(one_line(line.text));
    if (it == evidence.end()) it = evidence.find(fmt::format("crash-{}.txt", number));
    add_crash(line.text, it == evidence.end() ? "" : it->second, run);
  });
}

/// What happened: nixos-vm watch heads the console with "reason: ...". Otherwise the first line with
/// the weightiest of these signs, without its time stamp.
std::string complaint(std::string_view console) {
  constexpr std::array signs{"Kernel panic", "kernel BUG at", "BUG:", "Oops", "general protection fault", "hard LOCKUP",
                             "soft lockup", "detected stalls", "blocked for more than"};
  std::string found;
  std::size_t best = signs.size();
  each_line(console, [&](const Line& line) {
    if (best > 0 && line.text.starts_with("reason: ")) {
      best = 0;
      found = one_line(trim(line.text.substr(8)), 160);
    }
    for (std::size_t i = 0; i < best; ++i) {
      if (line.text.find(signs[i]) == std::string_view::npos) continue;
      best = i;
      auto text = line.text;
      if (const auto stamp = text.find("] "); text.starts_with('[') && stamp < 20) text.remove_prefix(stamp + 2);
      found = one_line(text, 160);
    }
  });
  return found;
}

void apply_crashes(const Tree& tree, const RunDirectory& run, std::vector<Test>& tests) {
  for (const auto& crash : run.crashes) {
    auto it = std::find_if(tests.begin(), tests.end(), [&](const Test& test) { return test.name == crash.test; });
    if (it == tests.end()) it = tests.insert(tests.end(), Test{crash.test, Verdict::crashed, "", {}, {}, "", ""});
    it->verdict = crash.verdict;
    it->reason = crash.verdict == Verdict::hung ? "the guest hung" : "the guest panicked";
    it->evidence = crash.evidence;
    const std::string console = crash.evidence.empty() ? "" : read_evidence(tree.files(), tree.absolute(crash.evidence));
    if (const std::string line = complaint(console); !line.empty()) it->reason += ": " + line;
    it->excerpt = excerpt(console, 20, true);
  }
}

void put_in_order(const std::vector<std::string>& planned, std::vector<Test>& tests) {
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < tests.size(); ++i) known.emplace(tests[i].name, i);
  std::vector<Test> ordered;
  std::vector<bool> used(tests.size());
  for (const auto& name : planned) {
    if (const auto it = known.find(name); it != known.end()) {
      used[it->second] = true;
      ordered.push_back(std::move(tests[it->second]));
    } else {
      ordered.push_back({name, Verdict::truncated, "no result", {}, {}, "", ""});
    }
  }
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (!used[i]) ordered.push_back(std::move(tests[i]));
  }
  tests = std::move(ordered);
}

}  // namespace

bool RunDirectory::plans(const std::string& name) const {
  return std::find(planned.begin(), planned.end(), name) != planned.end();
}

RunDirectory read_run_directory(const Tree& tree) {
  RunDirectory run;
  // Of a node that never came back only what nixos-vm watch noted is here.
  run.ours = tree.has("tests") || tree.has("runner.sh") || tree.has("crashed") || tree.has("console-1.log");
  if (!run.ours) return run;
  const auto read = [&](const char* name) {
    std::string problem;
    auto text = read_text(tree.files(), tree.absolute(name), problem);
    if (!problem.empty()) run.problems.push_back(std::move(problem));
    return text.value_or("");
  };
  read_planned(read("tests"), run);
  read_crashes(tree, read("crashed"), run);
  for (const auto& path : tree.paths()) {
    // No line of `crashed` is about a crash between two tests.
    if (!path.starts_with("console-") || !path.ends_with(".log")) continue;
    const std::string line = crash_line(tree, path);
    add_crash(line.substr(0, line.find(' ')), path, run);
  }
  const std::string status = read("exit_status");
  const auto parts = words(std::string_view(status).substr(0, status.find('\n')));
  const auto number = parts.empty() ? std::nullopt : integer(parts[0]);
  if (number) run.exit_status = static_cast<int>(std::clamp<long>(*number, -255, 255));
  else run.problems.push_back(std::string(unfinished));
  return run;
}

void complete(const Tree& tree, const RunDirectory& run, const std::optional<Record>& record, Node& node) {
  put_in_order(run.planned, node.tests);
  apply_crashes(tree, run, node.tests);
  node.problems.insert(node.problems.end(), run.problems.begin(), run.problems.end());
  const auto says = [&](const std::string& what) {
    return std::any_of(node.tests.begin(), node.tests.end(), [&](const Test& test) {
      return test.reason.find(what) != std::string::npos;
    });
  };
  if (record && !record->failure.empty() && !says(record->failure)) node.problems.push_back(one_line(record->failure));
  const bool any_bad = std::any_of(node.tests.begin(), node.tests.end(), [](const Test& t) { return is_bad(t.verdict); });
  const int status = run.exit_status.value_or(record ? record->exit_status.value_or(0) : 0);
  if (status != 0 && !any_bad) node.problems.push_back(fmt::format("{} {}", node.suite, how_it_ended(status)));
  if (node.tests.empty()) node.problems.push_back("no test has a result");
}

}  // namespace kdevops::results
