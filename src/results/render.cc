// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/render.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "results/statistics.h"
#include "results/table.h"

namespace kdevops::results {

namespace {

using support::Style;
using ordered = nlohmann::ordered_json;

/// Three digits behind the point for small numbers, none for large ones.
std::string number(double value) {
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (size >= 1000) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.3f}", value);
}

/// One printable line: messages of other programs may hold anything.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!control) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  constexpr std::size_t longest = 200;
  return out.size() <= longest ? out : out.substr(0, longest) + "...";
}

std::string percent(const Difference& d) {
  if (d.baseline_median == 0) return d.dev_median == 0 ? "0.0%" : "-";
  return fmt::format("{:+.1f}%", d.change * 100);
}

/// Red for what makes the exit status 1.
Style style_of(const Comparison& c) {
  return c.regressed() || c.failed() ? Style::red : Style::bold;
}

Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed: return Style::green;
    case Verdict::skipped: return Style::dim;
    default: return Style::red;
  }
}

Style style_of(Finding finding) {
  switch (finding) {
    case Finding::worse: return Style::red;
    case Finding::better: return Style::green;
    case Finding::too_few: return Style::yellow;
    case Finding::not_judged: return Style::dim;
    default: return Style::plain;
  }
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

void metrics_table(const Node& node, const Test& test, Table& table) {
  for (const auto& m : test.metrics) {
    if (m.samples.empty()) continue;
    const auto [low, high] = std::minmax_element(m.samples.begin(), m.samples.end());
    const bool several = m.samples.size() > 1;
    table.row({{node.name}, {m.name}, {number(median(m.samples))},
               {several ? number(scaled_mad(m.samples)) : ""}, {several ? number(*low) : ""},
               {several ? number(*high) : ""}, {std::to_string(m.samples.size())}});
  }
}

const char* to_string(Better better) {
  switch (better) {
    case Better::higher: return "higher";
    case Better::lower: return "lower";
    case Better::neither: return "neither";
  }
  return "";
}

ordered side_json(std::size_t count, double middle, double spread) {
  return {{"count", count}, {"median", middle}, {"spread", spread}};
}

std::string conclusion(const Comparison& c) {
  std::size_t worse = 0, better = 0, same = 0, few = 0;
  for (const auto& row : c.metrics) {
    worse += row.finding == Finding::worse;
    better += row.finding == Finding::better;
    same += row.finding == Finding::same;
    few += row.finding == Finding::too_few;
  }
  std::size_t broken = 0, not_passed = 0;
  for (const auto& row : c.tests) {
    broken += row.finding == Finding::worse;
    not_passed += !row.both_passed();
  }
  std::string text = counted(worse + broken, "regression", "regressions") + ", " +
                     counted(better, "improvement", "improvements") + ", " +
                     fmt::format("{} without a difference", same);
  if (few > 0) text += fmt::format(", {} with too few samples", few);
  if (not_passed > 0) text += "; " + counted(not_passed, "test", "tests") + " did not pass on both sides";
  return text;
}

}  // namespace

const char* to_string(Finding finding) {
  switch (finding) {
    case Finding::better: return "better";
    case Finding::worse: return "WORSE";
    case Finding::same: return "no difference";
    case Finding::too_few: return "not enough samples";
    case Finding::not_judged: return "";
  }
  return "";
}

std::string summary_text(const std::vector<Run>& runs, int fd) {
  std::string out;
  for (const auto& run : runs) {
    if (!out.empty()) out += '\n';
    out += support::styled(fmt::format("run {}\n\n", run.id), Style::bold, fd);
    Table verdicts({{"node"}, {"suite"}, {"test"}, {"verdict"}, {"kernel"}, {"reason"}});
    Table metrics({{"node"}, {"metric"}, {"median", true}, {"MAD", true}, {"min", true},
                   {"max", true}, {"samples", true}});
    for (const auto& node : run.nodes) {
      for (const auto& test : node.tests) {
        verdicts.row({{node.name}, {node.suite}, {test.name},
                      {to_string(test.verdict), style_of(test.verdict)}, {node.kernel}, {one_line(test.reason)}});
        metrics_table(node, test, metrics);
      }
    }
    out += verdicts.text(fd);
    if (!metrics.empty()) out += "\n" + metrics.text(fd);
  }
  return out;
}

std::string comparison_text(const Comparison& c, int fd) {
  std::string out =
      support::styled(c.title + "\n\n", Style::bold, fd);
  Table broken({{"node"}, {"test"}, {c.baseline_label}, {c.dev_label}, {"reason"}});
  for (const auto& row : c.tests) {
    if (row.both_passed()) continue;
    broken.row({{row.pair}, {row.test}, {to_string(row.baseline), style_of(row.baseline)},
                {to_string(row.dev), style_of(row.dev)},
                {one_line(row.dev_reason.empty() ? row.baseline_reason : row.dev_reason)}});
  }
  if (!broken.empty()) out += broken.text(fd) + "\n";

  Table table({{"node"}, {"test"}, {"metric"}, {c.baseline_label, true}, {"spread", true}, {c.dev_label, true},
               {"spread", true}, {"change", true}, {"noise", true}, {"verdict"}});
  bool one_run = false;
  for (const auto& row : c.metrics) {
    const auto& d = row.difference;
    one_run |= d.basis == Basis::one_run;
    const bool noise = d.noise > 0 && d.baseline_median != 0;
    table.row({{row.pair}, {row.test}, {row.metric}, {number(d.baseline_median)},
               {d.baseline_count > 1 ? number(d.baseline_spread) : ""}, {number(d.dev_median)},
               {d.dev_count > 1 ? number(d.dev_spread) : ""}, {percent(d)},
               {noise ? fmt::format("{:.1f}%", d.noise / std::abs(d.baseline_median) * 100) : ""},
               {to_string(row.finding), style_of(row.finding)}});
  }
  if (!table.empty()) out += table.text(fd) + "\n";
  for (const auto& note : c.notes) out += note + "\n";
  if (one_run) {
    out += "One run per side: the noise is the noise inside it. Run the test again and compare with "
           "--all to see the noise between runs.\n";
  }
  return out + support::styled(conclusion(c), style_of(c), fd) + "\n";
}

std::string summary_json(const std::vector<Run>& runs) {
  ordered data = ordered::array();
  for (const auto& run : runs) {
    ordered nodes = ordered::array();
    for (const auto& node : run.nodes) {
      ordered tests = ordered::array();
      for (const auto& test : node.tests) {
        ordered metrics = ordered::array();
        for (const auto& m : test.metrics) {
          metrics.push_back({{"name", m.name}, {"better", to_string(m.better)},
                             {"median", median(m.samples)}, {"spread", scaled_mad(m.samples)},
                             {"samples", m.samples}});
        }
        tests.push_back({{"name", test.name}, {"verdict", to_string(test.verdict)},
                         {"reason", test.reason}, {"metrics", metrics}});
      }
      nodes.push_back({{"name", node.name}, {"role", node.dev ? "dev" : "baseline"},
                       {"suite", node.suite}, {"kernel", node.kernel}, {"settings", node.settings},
                       {"directory", node.directory}, {"tests", tests}});
    }
    data.push_back({{"run", run.id}, {"nodes", nodes}});
  }
  return data.dump(2, ' ', false, ordered::error_handler_t::replace) + "\n";
}

std::string comparison_json(const Comparison& c) {
  ordered tests = ordered::array(), metrics = ordered::array();
  const auto verdict = [](Verdict v, const std::string& reason) {
    return ordered{{"verdict", to_string(v)}, {"reason", reason}};
  };
  const auto finding = [](Finding f) -> ordered {
    switch (f) {
      case Finding::worse: return "worse";
      case Finding::better: return "better";
      case Finding::same: return "same";
      case Finding::too_few: return "not enough samples";
      case Finding::not_judged: return nullptr;
    }
    return nullptr;
  };
  for (const auto& row : c.tests) {
    tests.push_back({{"suite", row.suite}, {"node", row.pair}, {"test", row.test},
                     {"baseline", verdict(row.baseline, row.baseline_reason)},
                     {"dev", verdict(row.dev, row.dev_reason)}, {"finding", finding(row.finding)}});
  }
  for (const auto& row : c.metrics) {
    const auto& d = row.difference;
    metrics.push_back({{"suite", row.suite}, {"node", row.pair}, {"test", row.test},
                       {"metric", row.metric},
                       {"basis", d.basis == Basis::runs ? "runs" : "one run"},
                       {"baseline", side_json(d.baseline_count, d.baseline_median, d.baseline_spread)},
                       {"dev", side_json(d.dev_count, d.dev_median, d.dev_spread)},
                       {"change", d.change}, {"noise", d.noise}, {"enough_samples", d.enough},
                       {"larger_than_noise", d.larger_than_noise}, {"finding", finding(row.finding)}});
  }
  const ordered data{{"title", c.title}, {"baseline", c.baseline_label}, {"dev", c.dev_label},
                     {"regressed", c.regressed()}, {"failed", c.failed()},
                     {"tests", tests}, {"metrics", metrics}, {"notes", c.notes}};
  return data.dump(2, ' ', false, ordered::error_handler_t::replace) + "\n";
}

}  // namespace kdevops::results
