// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/blktests.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "results/collection.h"
#include "results/run_directory.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// ".../nvme0n1/block/001"
bool is_result(std::string_view path) {
  const auto name = base_name(path);
  const bool digits = name.size() == 3 && name.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && !parent_name(directory_name(path)).empty();
}

std::string reason_of(const std::map<std::string, std::string>& values) {
  const auto value = [&](const char* key) {
    const auto it = values.find(key);
    return it == values.end() ? std::string() : it->second;
  };
  const std::string why = value("reason");
  if (values.at("status") == "not run") return why.empty() ? "not run" : one_line(why);
  if (why == "output") return "output mismatch";
  if (why == "exit") return "ended with status " + value("exit_status");
  if (why == "dmesg") return "something found in dmesg";
  if (why == "kmemleak") return "memory leaked";
  return why.empty() ? "failed" : one_line(why);
}

/// Why tests were not run stands on the terminal only: "block/008 => nvme0n1 (...) [not run]" and
/// indented lines below it. A group that cannot run at all is "nvme/***"; "nvme/*** => sda" is only about
/// that device.
std::map<std::string, std::string> read_skips(std::string_view output) {
  std::map<std::string, std::string> skips;
  std::string current;
  each_line(output, [&](const Line& line) {
    if (line.whole && line.text.starts_with("    ") && !current.empty()) {
      auto& why = skips[current];
      // "runtime  1.2s  ...  1.3s" is what the last run left, no reason.
      if (line.text.find("...") == std::string_view::npos) why += (why.empty() ? "" : "; ") + one_line(trim(line.text));
      return;
    }
    current.clear();
    if (line.whole && line.text.ends_with("[not run]")) {
      const auto parts = words(line.text);
      if (parts.front().ends_with("/***") && parts[1] == "=>") return;
      current = one_line(parts.front());
      skips.emplace(current, "");
    }
  });
  return skips;
}

void find_evidence(const Tree& tree, const std::string& path, Test& test) {
  if (!is_bad(test.verdict)) return;
  test.evidence = path;
  const bool in_dmesg = test.reason.find("dmesg") != std::string::npos;
  for (const char* kind : in_dmesg ? std::array{".dmesg", ".out.bad", ".full"} : std::array{".out.bad", ".dmesg", ".full"}) {
    if (!tree.has(path + kind)) continue;
    test.evidence = path + kind;
    test.excerpt = excerpt(read_evidence(tree.files(), tree.absolute(test.evidence)), 12);
    return;
  }
}

}  // namespace

Test parse_blktests(std::string_view text) {
  std::map<std::string, std::string> values;
  bool cut = text.empty();
  each_line(text, [&](const Line& line) {
    const auto tab = line.text.find('\t');
    if (line.whole && tab != std::string_view::npos) {
      values[std::string(line.text.substr(0, tab))] = std::string(line.text.substr(tab + 1));
    }
    cut |= !line.whole;
  });
  const auto has_all = [&](auto... keys) { return (... && (values.count(keys) > 0)); };
  Test test;
  const std::string status = values["status"];
  if (const std::string_view runtime = values["runtime"]; runtime.ends_with('s')) {
    test.seconds = number(runtime.substr(0, runtime.size() - 1));
  }
  if (status == "fail") {
    test.verdict = Verdict::failed;
    test.reason = reason_of(values);
  } else if (status == "not run" && !cut) {
    test.verdict = Verdict::skipped;
    test.reason = reason_of(values);
  } else if (status == "pass" && !cut && has_all("date", "description", "exit_status") && test.seconds) {
    const bool zero = values["exit_status"] == "0";
    test.verdict = zero ? Verdict::passed : Verdict::failed;
    if (!zero) test.reason = "passed with status " + one_line(values["exit_status"]);
  } else {
    test.verdict = Verdict::truncated;
    const bool known = status.empty() || status == "pass" || status == "not run";
    test.reason = text.empty() ? "the result is empty"
                  : !known     ? "unknown status: " + one_line(status)
                               : "the result is cut";
  }
  return test;
}

bool holds_blktests(const Tree& tree) {
  return std::any_of(tree.paths().begin(), tree.paths().end(), is_result);
}

void read_blktests(const Tree& tree, Node& node) {
  const auto run = read_run_directory(tree);
  const auto skips = read_skips(tree.has("output.log") ? read_evidence(tree.files(), tree.absolute("output.log")) : "");
  Collection tests;
  for (const auto& path : tree.paths()) {
    if (!is_result(path)) continue;
    std::string problem;
    const auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(std::move(problem));
    Test test = parse_blktests(text.value_or(""));
    test.name = fmt::format("{}/{}", parent_name(path), base_name(path));
    if (const auto it = skips.find(test.name); test.reason == "not run" && it != skips.end() && !it->second.empty()) {
      test.reason = it->second;
    }
    const auto device = parent_name(directory_name(path));
    const bool names_device = !device.starts_with("nodev") && device != "results";
    if (names_device && is_bad(test.verdict)) test.reason = fmt::format("{}: {}", device, test.reason);
    find_evidence(tree, path, test);
    tests.add(std::move(test));
  }
  // A group that cannot run, and a test without a device, leave no file.
  for (const auto& name : run.planned) {
    const auto group = name.substr(0, name.find('/'));
    auto it = skips.find(name);
    if (it == skips.end()) it = skips.find(group + "/***");
    if (tests.has(name) || it == skips.end()) continue;
    tests.add({name, Verdict::skipped, it->second.empty() ? "not run" : it->second, {}, {}, "output.log", ""});
  }
  node.tests = tests.take();
}

}  // namespace kdevops::results
