// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/pynfs.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "results/collection.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

using nlohmann::json;

/// "6.6.0-v4.1.json" -> "v4.1"; empty for other files.
std::string version_of(std::string_view path) {
  const auto name = base_name(path);
  for (const std::string_view version : {"v4.0", "v4.1", "vblock"}) {
    const std::string end = fmt::format("-{}.json", version);
    if (name.ends_with(end)) return std::string(version);
  }
  return "";
}

std::string text_of(const json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::optional<double> seconds_of(const json& test) {
  const auto it = test.find("time");
  if (it == test.end()) return std::nullopt;
  if (it->is_string()) return number(it->get<std::string>());
  return it->is_number() ? std::optional(it->get<double>()) : std::nullopt;
}

std::optional<Test> read_case(const json& one) {
  if (!one.is_object() || text_of(one, "code").empty()) return std::nullopt;
  Test test;
  test.name = one_line(text_of(one, "code"));
  test.seconds = seconds_of(one);
  test.verdict = Verdict::passed;
  const std::string what = one_line(text_of(one, "name"));
  if (const auto failure = one.find("failure"); failure != one.end()) {
    test.verdict = Verdict::failed;
    const std::string why = failure->is_object() ? one_line(text_of(*failure, "message")) : "";
    test.reason = fmt::format("{}: {}", what, why.empty() ? "failed" : why);
    if (failure->is_object()) test.excerpt = excerpt(text_of(*failure, "err"), 12, true);
  } else if (const auto skipped = one.find("skipped"); skipped != one.end()) {
    // pynfs itself writes 1; our runner of its tests says why.
    const std::string why = skipped->is_object() ? one_line(text_of(*skipped, "message")) : "";
    test.verdict = Verdict::skipped;
    test.reason = fmt::format("{}: {}", what, why.empty() ? "not asked for, or what it depends on did not pass" : why);
  } else if (one.contains("error")) {
    test.verdict = Verdict::failed;
    test.reason = what + ": error";
  } else if (!test.seconds) {
    test.verdict = Verdict::truncated;
    test.reason = what + ": it has no time, so it has not run";
  }
  return test;
}

}  // namespace

PynfsReport parse_pynfs(std::string_view text) {
  PynfsReport report;
  const json data = json::parse(text, nullptr, false);
  const auto cases = data.is_object() ? data.find("testcase") : data.end();
  if (data.is_discarded() || !data.is_object()) {
    report.problem = text.empty() ? "empty" : "cut, or not JSON";
    return report;
  }
  if (cases == data.end() || !cases->is_array()) {
    report.problem = "no list \"testcase\"";
    return report;
  }
  for (const auto& one : *cases) {
    if (auto test = read_case(one)) report.tests.push_back(std::move(*test));
    else report.problem = "a test without a code";
  }
  const auto promised = data.find("tests");
  const bool known = promised != data.end() && promised->is_number_integer();
  if (!known || promised->get<long long>() != static_cast<long long>(cases->size())) {
    report.problem = fmt::format("it has {} tests and does not say the same in \"tests\"", cases->size());
  }
  return report;
}

bool holds_pynfs(const Tree& tree) {
  return std::any_of(tree.paths().begin(), tree.paths().end(), [](const auto& path) { return !version_of(path).empty(); });
}

void read_pynfs(const Tree& tree, Node& node) {
  Collection tests;
  for (const auto& path : tree.paths()) {
    const std::string version = version_of(path);
    if (version.empty()) continue;
    std::string problem;
    const auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(std::move(problem));
    auto report = parse_pynfs(text.value_or(""));
    if (!report.problem.empty()) node.problems.push_back(path + ": " + report.problem);
    for (auto& test : report.tests) {
      test.name = version + "/" + test.name;
      if (is_bad(test.verdict)) test.evidence = path;
      tests.add(std::move(test));
    }
  }
  node.tests = tests.take();
}

}  // namespace kdevops::results
