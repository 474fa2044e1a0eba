// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "results/render.h"
#include "results/statistics.h"
#include "results/table.h"
#include "results/text.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

using support::Style;

/// The worst first, as a reader wants them.
constexpr std::array order{Verdict::crashed, Verdict::hung, Verdict::failed, Verdict::truncated};

std::optional<double> total_seconds(const Node& node) {
  std::optional<double> total;
  for (const auto& test : node.tests) {
    if (test.seconds) total = total.value_or(0) + *test.seconds;
  }
  return total;
}

/// Per node how many tests ended how. A verdict that nobody has gets no column.
std::string counts_table(const Run& run, int fd) {
  std::vector<Verdict> columns{Verdict::passed, Verdict::failed};
  for (const Verdict verdict : {Verdict::crashed, Verdict::hung, Verdict::truncated, Verdict::skipped}) {
    const bool any = std::any_of(run.nodes.begin(), run.nodes.end(), [&](const Node& n) { return n.count(verdict) > 0; });
    if (any) columns.push_back(verdict);
  }
  std::vector<Table::Column> titles{{"node"}, {"suite"}, {"kernel"}};
  for (const Verdict verdict : columns) titles.push_back({spoken(verdict), true});
  titles.push_back({"time", true});
  titles.push_back({"verdict"});
  Table table(std::move(titles));
  for (const auto& node : run.nodes) {
    std::vector<Table::Cell> row{{node.name}, {node.suite}, {node.kernel}};
    for (const Verdict verdict : columns) {
      const auto count = node.count(verdict);
      row.push_back({std::to_string(count), count > 0 ? style_of(verdict) : Style::dim});
    }
    row.push_back({shown_seconds(total_seconds(node))});
    row.push_back(node.passed() ? Table::Cell{"passed", Style::green} : Table::Cell{"NOT PASSED", Style::red});
    table.row(std::move(row));
  }
  return table.text(fd);
}

/// What did not pass, by verdict; then why tests were skipped, by reason.
std::string tests_table(const Run& run, int fd) {
  Table table({{"verdict"}, {"node"}, {"test"}, {"reason"}, {"see"}});
  for (const Verdict verdict : order) {
    for (const auto& node : run.nodes) {
      for (const auto& test : node.tests) {
        if (test.verdict != verdict) continue;
        table.row({{spoken(verdict), style_of(verdict)}, {node.name}, {test.name}, {one_line(test.reason, 120)},
                   {one_line(test.evidence), Style::dim}});
      }
    }
  }
  return table.empty() ? "" : "\n" + table.text(fd);
}

std::string skips_table(const Run& run, int fd) {
  std::map<std::string, std::size_t> reasons;
  for (const auto& node : run.nodes) {
    for (const auto& test : node.tests) {
      if (test.verdict == Verdict::skipped) ++reasons[one_line(test.reason, 120)];
    }
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(reasons.begin(), reasons.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  constexpr std::size_t most = 10;
  Table table({{"skipped", true}, {"reason"}});
  for (std::size_t i = 0; i < sorted.size() && i < most; ++i) {
    table.row({{std::to_string(sorted[i].second), Style::dim}, {sorted[i].first, Style::dim}});
  }
  if (table.empty()) return "";
  const std::string more = sorted.size() > most ? fmt::format("{} more reasons: --json has them all\n", sorted.size() - most) : "";
  return "\n" + table.text(fd) + more;
}

std::string metrics_table(const Run& run, int fd) {
  Table table({{"node"}, {"test"}, {"metric"}, {"median", true}, {"MAD", true}, {"min", true}, {"max", true}, {"samples", true}});
  for (const auto& node : run.nodes) {
    for (const auto& test : node.tests) {
      for (const auto& m : test.metrics) {
        if (m.samples.empty()) continue;
        const auto [low, high] = std::minmax_element(m.samples.begin(), m.samples.end());
        const bool several = m.samples.size() > 1;
        table.row({{node.name}, {test.name}, {m.name}, {shown(median(m.samples))},
                   {several ? shown(scaled_mad(m.samples)) : ""}, {several ? shown(*low) : ""},
                   {several ? shown(*high) : ""}, {std::to_string(m.samples.size())}});
      }
    }
  }
  return table.empty() ? "" : "\n" + table.text(fd);
}

}  // namespace

std::string summary_text(const std::vector<Run>& runs, int fd) {
  std::string out;
  for (const auto& run : runs) {
    if (!out.empty()) out += '\n';
    out += support::styled(fmt::format("run {}", run.id), Style::bold, fd) + "\n\n";
    out += counts_table(run, fd);
    std::string problems;
    for (const auto& node : run.nodes) {
      for (const auto& problem : node.problems) {
        problems += support::styled(fmt::format("{}: {}", node.name, one_line(problem)), Style::red, fd) + "\n";
      }
    }
    if (!problems.empty()) out.append("\n").append(problems);
    out += tests_table(run, fd) + skips_table(run, fd) + metrics_table(run, fd);
  }
  return out;
}

int exit_status(const std::vector<Run>& runs) {
  int status = 0;
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      if (node.count(Verdict::crashed) + node.count(Verdict::hung) > 0) return 6;
      if (!node.passed()) status = 1;
    }
  }
  return status;
}

}  // namespace kdevops::results
