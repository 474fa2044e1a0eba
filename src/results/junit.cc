// SPDX-License-Identifier: GPL-2.0-or-later
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "results/render.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(one_line(value, 500).c_str());
}

std::string seconds(double value) { return fmt::format("{:.3f}", value < 0 ? 0.0 : value); }

void add_case(pugi::xml_node suite, const Node& node, const Test& test) {
  auto element = suite.append_child("testcase");
  set(element, "classname", node.suite + "." + node.name);
  set(element, "name", test.name);
  set(element, "time", seconds(test.seconds.value_or(0)));
  if (test.verdict == Verdict::passed) return;
  const char* kind = test.verdict == Verdict::skipped ? "skipped" : test.verdict == Verdict::failed ? "failure" : "error";
  auto child = element.append_child(kind);
  set(child, "message", test.reason);
  if (test.verdict == Verdict::skipped) return;
  set(child, "type", to_string(test.verdict));
  const std::string see = test.evidence.empty() ? "" : "see " + node.directory + "/" + test.evidence + "\n";
  // XML 1.0 has no place for control characters and broken UTF-8, not even escaped; an excerpt has none.
  child.text().set(excerpt(see + test.excerpt, 60).c_str());
}

void add_problem(pugi::xml_node suite, const Node& node, const std::string& problem) {
  auto element = suite.append_child("testcase");
  set(element, "classname", node.suite + "." + node.name);
  set(element, "name", "results");
  set(element, "time", seconds(0));
  auto child = element.append_child("error");
  set(child, "message", problem);
  set(child, "type", "results");
}

}  // namespace

std::string summary_junit(const std::vector<Run>& runs) {
  pugi::xml_document document;
  auto root = document.append_child("testsuites");
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      double time = 0;
      for (const auto& test : node.tests) time += test.seconds.value_or(0);
      std::string problems;
      for (const auto& problem : node.problems) problems += (problems.empty() ? "" : "; ") + problem;
      const auto errors = node.count(Verdict::truncated) + node.count(Verdict::crashed) +
                          node.count(Verdict::hung) + (problems.empty() ? 0 : 1);
      auto suite = root.append_child("testsuite");
      set(suite, "name", node.suite + "." + node.name);
      set(suite, "tests", std::to_string(node.tests.size() + (problems.empty() ? 0 : 1)));
      set(suite, "failures", std::to_string(node.count(Verdict::failed)));
      set(suite, "errors", std::to_string(errors));
      set(suite, "skipped", std::to_string(node.count(Verdict::skipped)));
      set(suite, "time", seconds(time));
      set(suite, "hostname", node.name);
      auto properties = suite.append_child("properties");
      const auto property = [&](const std::string& name, const std::string& value) {
        auto element = properties.append_child("property");
        set(element, "name", name);
        set(element, "value", value);
      };
      property("run", run.id);
      property("kernel", node.kernel);
      for (const auto& [key, value] : node.settings) property(key, value);
      for (const auto& test : node.tests) add_case(suite, node, test);
      if (!problems.empty()) add_problem(suite, node, problems);
    }
  }
  std::ostringstream out;
  document.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
  return out.str();
}

}  // namespace kdevops::results
