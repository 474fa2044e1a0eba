// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/tap.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "results/collection.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr std::size_t longest_output = 64 << 10;  ///< of one point; the rest is in the file

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

/// Takes `word` and a blank (or the end) from the front.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  const auto rest = text.substr(word.size());
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return false;
  text = trim(rest);
  return true;
}

std::optional<TapPoint> parse_point(std::string_view line) {
  TapPoint point;
  if (take(line, "ok")) point.ok = true;
  else if (!take(line, "not ok")) return std::nullopt;
  const auto digits = std::min(line.find_first_not_of("0123456789"), line.size());
  if (digits > 0 && (digits == line.size() || line[digits] == ' ')) {
    point.number = integer(line.substr(0, digits));
    line = trim(line.substr(digits));
  }
  // "\#" is no directive; neither is a "#" inside a word.
  std::size_t hash = 0;
  while ((hash = line.find('#', hash)) != std::string_view::npos) {
    if (hash == 0 || (line[hash - 1] == ' ')) break;
    ++hash;
  }
  if (hash != std::string_view::npos) {
    const auto text = trim(line.substr(hash + 1));
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    point.directive = upper(text.substr(0, end));
    point.explanation = one_line(trim(text.substr(end)));
    line = trim(line.substr(0, hash));
  }
  if (take(line, "-")) {}
  point.description = one_line(line);
  return point;
}

bool parse_plan(std::string_view line, TapDocument& document) {
  if (!line.starts_with("1..")) return false;
  const auto rest = line.substr(3);
  const auto end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const auto count = integer(rest.substr(0, end));
  if (!count) return false;
  const auto after = trim(rest.substr(end));
  if (!after.empty() && after.front() != '#') return false;
  if (document.plan && *document.plan != *count) document.other_plan = document.plan;
  document.plan = count;
  if (*count == 0) {
    auto why = after.empty() ? after : trim(after.substr(1));
    document.skip_all = true;
    if (upper(why.substr(0, 4)) == "SKIP") why.remove_prefix(4);
    document.skipped = one_line(trim(why.starts_with(':') ? why.substr(1) : why));
  }
  return true;
}

/// "# not ok 2 name" of kselftest, "    not ok 2 - name" of TAP 14.
std::optional<TapPoint> parse_subtest(std::string_view line) {
  const bool prefixed = line.starts_with("# ");
  if (!prefixed && !line.starts_with("  ")) return std::nullopt;
  line.remove_prefix(2);
  while (line.starts_with("# ") || line.starts_with(' ')) line.remove_prefix(line.front() == '#' ? 2 : 1);
  auto point = parse_point(line);
  // Prose begins with "ok", too; a subtest has its number.
  return point && point->number ? point : std::nullopt;
}

}  // namespace

Verdict TapPoint::verdict() const {
  if (directive.starts_with("SKIP")) return Verdict::skipped;
  if (directive == "TODO" || directive == "XFAIL") return ok ? Verdict::passed : Verdict::skipped;
  return ok ? Verdict::passed : Verdict::failed;
}

std::string TapPoint::reason() const {
  const auto with = [&](const char* text) {
    return explanation.empty() ? std::string(text) : fmt::format("{}: {}", text, explanation);
  };
  if (directive.starts_with("SKIP")) return explanation.empty() ? "skipped" : explanation;
  if (ok) return "";
  if (directive == "TODO" || directive == "XFAIL") return with("known to fail");
  if (directive == "TIMEOUT") return with("did not end in time");
  std::string text = !directive.starts_with("EXIT=") ? trim(directive + " " + explanation).empty()
                         ? "" : one_line(upper(directive) + " " + explanation)
                         : "ended with status " + directive.substr(5);
  if (!failed.empty()) {
    if (!text.empty()) text += "; ";
    text += fmt::format("{} of {} subtests failed: ", failed.size(), subtests);
    for (std::size_t i = 0; i < failed.size() && i < 3; ++i) text += (i > 0 ? ", " : "") + failed[i];
    if (failed.size() > 3) text += ", ...";
  }
  return text.empty() ? "not ok" : text;
}

std::string TapDocument::problem() const {
  if (bailed_out) return bail_out.empty() ? "bailed out" : "bailed out: " + bail_out;
  const auto count = static_cast<long>(points.size());
  if (!plan) return fmt::format("no plan (1..N): cut after {} result{}", count, count == 1 ? "" : "s");
  if (other_plan) return fmt::format("two plans: 1..{} and 1..{}", *other_plan, *plan);
  if (*plan != count) return fmt::format("planned {} test{}, {} ha{} a result", *plan, *plan == 1 ? "" : "s", count, count == 1 ? "s" : "ve");
  std::set<long> numbers;
  for (const auto& point : points) {
    const long number = point.number.value_or(static_cast<long>(numbers.size()) + 1);
    if (number < 1 || number > *plan) return fmt::format("a result of number {}, planned are 1..{}", number, *plan);
    if (!numbers.insert(number).second) return fmt::format("two results of number {}", number);
  }
  return "";
}

std::vector<TapDocument> parse_tap(std::string_view text) {
  std::vector<TapDocument> documents;
  TapPoint pending;  ///< what comes before the next point
  const auto document = [&]() -> TapDocument& {
    return documents.empty() ? documents.emplace_back() : documents.back();
  };
  const auto finish = [&] {
    if (!documents.empty()) documents.back().rest = std::move(pending.output);
    pending = {};
  };
  each_line(text, [&](const Line& line) {
    if (line.whole && (line.text.starts_with("TAP version ") || line.text.starts_with("KTAP version "))) {
      finish();
      documents.emplace_back();
      return;
    }
    if (line.whole && line.text.starts_with("Bail out!")) {
      document().bailed_out = true;
      document().bail_out = one_line(trim(line.text.substr(9)));
      return;
    }
    if (line.whole && parse_plan(line.text, document())) return;
    if (auto point = line.whole ? parse_point(line.text) : std::nullopt) {
      point->output = std::move(pending.output);
      point->failed = std::move(pending.failed);
      point->subtests = pending.subtests;
      pending = {};
      document().points.push_back(std::move(*point));
      return;
    }
    if (const auto subtest = parse_subtest(line.text)) {
      ++pending.subtests;
      if (subtest->verdict() == Verdict::failed) pending.failed.push_back(subtest->description);
    }
    if (pending.output.size() < longest_output) pending.output.append(line.text).append("\n");
  });
  finish();
  return documents;
}

Test to_test(const TapPoint& point, std::string file) {
  Test test;
  test.name = !point.description.empty() ? point.description
              : point.number             ? std::to_string(*point.number)
                                         : "unnamed";
  test.verdict = point.verdict();
  test.reason = point.reason();
  test.evidence = std::move(file);
  if (is_bad(test.verdict)) test.excerpt = excerpt(point.output, 10, true);
  return test;
}

bool holds_tap(const Tree& tree) { return !tree.ending(".tap").empty(); }

void read_tap(const Tree& tree, Node& node) {
  Collection tests;
  for (const auto& path : tree.ending(".tap")) {
    std::string problem;
    const auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(problem);
    const auto documents = parse_tap(text.value_or(""));
    if (documents.empty()) node.problems.push_back(path + ": empty");
    for (const auto& document : documents) {
      for (std::size_t i = 0; i < document.points.size(); ++i) {
        Test test = to_test(document.points[i], path);
        // Outside the kernel diagnostics follow the point they belong to.
        const auto& after = i + 1 < document.points.size() ? document.points[i + 1].output : document.rest;
        if (is_bad(test.verdict) && !after.empty()) test.excerpt = excerpt(after, 10);
        tests.add(std::move(test));
      }
      if (document.skip_all) {
        const auto name = base_name(path);
        Test test{std::string(name.substr(0, name.size() - 4)), Verdict::skipped, document.skipped, {}, {}, path, ""};
        tests.add(std::move(test));
      }
      if (const auto what = document.problem(); !what.empty()) node.problems.push_back(path + ": " + what);
    }
  }
  node.tests = tests.take();
}

}  // namespace kdevops::results
