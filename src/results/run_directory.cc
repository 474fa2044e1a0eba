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

void read_crashes(const Tree& tree, std::string_view text, RunDirectory& run) {
  int number = 0;
  each_line(text, [&](const Line& line) {
    const auto parts = words(line.text);
    if (parts.empty()) return;
    ++number;
    RunDirectory::Crash crash;
    crash.verdict = parts[0] == "hang" ? Verdict::hung : Verdict::crashed;
    if (const auto blank = line.text.find(' '); blank != std::string_view::npos) {
      crash.test = one_line(trim(line.text.substr(blank)));
    }
    if (std::string file = fmt::format("crash-{}.txt", number); tree.has(file)) crash.evidence = file;
    run.crashes.push_back(std::move(crash));
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
    const std::string name = crash.test.empty() ? "no test" : crash.test;
    auto it = std::find_if(tests.begin(), tests.end(), [&](const Test& test) { return test.name == name; });
    if (it == tests.end()) it = tests.insert(tests.end(), Test{name, Verdict::crashed, "", {}, {}, "", ""});
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
  run.ours = tree.has("tests") || tree.has("runner.sh") || tree.has("crashed");
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
    if (path.starts_with("console-") && path.ends_with(".log")) {
      run.problems.push_back("the guest crashed or hung between two tests: " + path);
    }
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
