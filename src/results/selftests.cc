// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel selftests: what run_kselftest.sh prints (tools/testing/selftests/kselftest/runner.sh).
#include <fmt/format.h>

#include "results/collection.h"
#include "results/tap.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr std::string_view suffix = ".tap.log";
constexpr std::string_view header = "selftests: ";

/// "selftests: net/forwarding: a.sh [extra]" -> "net/forwarding:a.sh".
std::string name_of(std::string_view description) {
  if (!description.starts_with(header)) return std::string(description);
  description.remove_prefix(header.size());
  const auto colon = description.find(": ");
  if (colon == std::string_view::npos) return std::string(description);
  const auto test = words(description.substr(colon + 2));
  return fmt::format("{}:{}", description.substr(0, colon), test.empty() ? "" : test.front());
}

/// The test whose "# selftests: a: b" came last, when it has no result.
std::string running(const TapDocument& document) {
  std::string last;
  each_line(document.rest, [&](const Line& line) {
    if (line.text.starts_with("# selftests: ")) last = name_of(line.text.substr(2));
  });
  return last;
}

}  // namespace

bool holds_selftests(const Tree& tree) { return !tree.ending(suffix).empty(); }

void read_selftests(const Tree& tree, Node& node) {
  Collection tests;
  for (const auto& path : tree.ending(suffix)) {
    std::string problem;
    const auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(problem);
    const std::string output = path.substr(0, path.size() - suffix.size()) + ".output.log";
    const auto documents = parse_tap(text.value_or(""));
    if (documents.empty()) node.problems.push_back(path + ": empty");
    for (const auto& document : documents) {
      for (const auto& point : document.points) {
        Test test = to_test(point, tree.has(output) ? output : path);
        test.name = name_of(test.name);
        tests.add(std::move(test));
      }
      const std::string last = running(document);
      if (!last.empty() && !tests.has(last)) {
        tests.add({last, Verdict::truncated, "it started and has no result", {}, {}, path,
                   excerpt(document.rest, 10, true)});
      }
      // A pass that a crash ended is gone on with in a document of its own, which has its own plan.
      if (const auto what = document.problem(); !what.empty() && (last.empty() || !tree.has("crashed"))) {
        node.problems.push_back(path + ": " + what);
      }
    }
  }
  node.tests = tests.take();
}

}  // namespace kdevops::results
