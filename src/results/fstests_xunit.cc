// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "results/fstests.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// "- output mismatch (see /var/lib/.../003.out.bad)" -> "output mismatch"; the file is evidence.
std::string shorten(std::string_view message) {
  message = trim(message);
  if (message.starts_with("- ")) message.remove_prefix(2);
  if (message.ends_with(')')) {
    if (const auto see = message.rfind(" (see "); see != std::string_view::npos) message = message.substr(0, see);
  }
  return one_line(message);
}

FstestsReport::Case read_case(const pugi::xml_node& element) {
  FstestsReport::Case out;
  const std::string_view class_name = element.attribute("classname").value();
  constexpr std::string_view prefix = "xfstests.";
  if (class_name.starts_with(prefix) && class_name != "xfstests.global") {
    out.section = one_line(class_name.substr(prefix.size()));
  }
  Test& test = out.test;
  test.name = one_line(element.attribute("name").value());
  test.seconds = number(element.attribute("time").value());
  test.verdict = Verdict::passed;
  for (const auto& child : element.children()) {
    const std::string_view kind = child.name();
    if (kind == "failure" || kind == "error") {
      test.verdict = Verdict::failed;
      test.reason = shorten(child.attribute("message").value());
      if (test.reason.empty()) test.reason = "failed";
    } else if (kind == "skipped" && test.verdict == Verdict::passed) {
      test.verdict = Verdict::skipped;
      test.reason = one_line(child.attribute("message").value());
    } else if (kind == "system-err") {
      out.mismatch = child.child_value();
    } else if (kind == "kernel-log" && test.excerpt.empty()) {
      test.excerpt = excerpt(trim(child.child_value()), 12);
    }
  }
  if (!out.mismatch.empty()) test.excerpt = excerpt(out.mismatch.substr(out.mismatch.find_first_not_of('\n') == std::string::npos ? 0 : out.mismatch.find_first_not_of('\n')), 12);
  return out;
}

void add_case(const pugi::xml_node& element, FstestsReport& report) {
  auto one = read_case(element);
  if (one.test.name.empty()) report.problem = "a test without a name";
  else report.cases.push_back(std::move(one));
}

/// A message that was not escaped, or a cut file: each element that is whole by itself still counts.
void salvage(std::string_view xml, FstestsReport& report) {
  constexpr std::string_view begin = "<testcase ", end = "</testcase>";
  for (auto at = xml.find(begin); at != std::string_view::npos;) {
    const auto close = xml.find(end, at);
    if (close == std::string_view::npos) return;
    const auto fragment = xml.substr(at, close + end.size() - at);
    pugi::xml_document document;
    if (document.load_buffer(fragment.data(), fragment.size(), pugi::parse_default, pugi::encoding_utf8)) {
      add_case(document.first_child(), report);
    }
    at = xml.find(begin, close);
  }
}

}  // namespace

FstestsReport parse_xunit(std::string_view xml) {
  FstestsReport report;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
  const auto suite = document.child("testsuite");
  if (!parsed || !suite) {
    report.problem = parsed ? "not a report of fstests"
                            : fmt::format("cut or not XML at byte {}: {}", parsed.offset, parsed.description());
    if (!parsed) salvage(xml, report);
    return report;
  }
  for (const auto& element : suite.children("testcase")) add_case(element, report);
  const auto promised = integer(suite.attribute("tests").value());
  if (!promised) {
    report.problem = "it does not say how many tests ran";
  } else if (static_cast<long>(report.cases.size()) < *promised) {
    report.problem = fmt::format("it names {} tests and has results of {}", *promised, report.cases.size());
  }
  report.open = std::string_view(suite.attribute("time").value()).empty();
  for (const auto& property : suite.child("properties").children("property")) {
    if (std::string_view(property.attribute("name").value()) == "KERNEL") {
      report.kernel = one_line(property.attribute("value").value());
    }
  }
  return report;
}

}  // namespace kdevops::results
