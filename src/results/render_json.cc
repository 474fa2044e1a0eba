// SPDX-License-Identifier: GPL-2.0-or-later
#include <array>

#include <nlohmann/json.hpp>

#include "results/render.h"
#include "results/statistics.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

using ordered = nlohmann::ordered_json;

std::string text_of(const ordered& data) {
  // Names and messages of other programs may hold any bytes.
  return data.dump(2, ' ', false, ordered::error_handler_t::replace) + "\n";
}

ordered json_of(const Test& test) {
  ordered metrics = ordered::array();
  for (const auto& m : test.metrics) {
    metrics.push_back({{"name", m.name}, {"better", to_string(m.better)}, {"median", median(m.samples)},
                       {"spread", scaled_mad(m.samples)}, {"interval", m.interval}, {"samples", m.samples}});
  }
  return {{"name", test.name}, {"verdict", to_string(test.verdict)}, {"reason", test.reason},
          {"seconds", test.seconds ? ordered(*test.seconds) : ordered()}, {"evidence", test.evidence},
          {"excerpt", test.excerpt}, {"metrics", metrics}};
}

ordered json_of(const Node& node) {
  ordered tests = ordered::array(), counts;
  for (const auto& test : node.tests) tests.push_back(json_of(test));
  for (const Verdict verdict : {Verdict::passed, Verdict::failed, Verdict::crashed, Verdict::hung,
                                Verdict::truncated, Verdict::skipped}) {
    counts[to_string(verdict)] = node.count(verdict);
  }
  return {{"name", node.name}, {"role", node.dev ? "dev" : "baseline"}, {"suite", node.suite},
          {"section", node.section}, {"kernel", node.kernel}, {"passed", node.passed()}, {"counts", counts},
          {"problems", node.problems}, {"settings", node.settings}, {"directory", node.directory}, {"tests", tests}};
}

ordered json_of(Finding finding) {
  switch (finding) {
    case Finding::worse: return "worse";
    case Finding::better: return "better";
    case Finding::same: return "same";
    case Finding::too_few: return "not enough samples";
    case Finding::not_judged: return nullptr;
  }
  return nullptr;
}

ordered json_of(const TestRow& row) {
  const auto side = [](bool there, Verdict verdict, const std::string& reason) {
    return there ? ordered{{"verdict", to_string(verdict)}, {"reason", reason}} : ordered();
  };
  return {{"suite", row.suite}, {"node", row.pair}, {"test", row.test},
          {"baseline", side(row.on_baseline, row.baseline, row.baseline_reason)},
          {"dev", side(row.on_dev, row.dev, row.dev_reason)}, {"finding", json_of(row.finding)}};
}

ordered json_of(const MetricRow& row) {
  const auto side = [](std::size_t count, double middle, double spread) {
    return ordered{{"count", count}, {"median", middle}, {"spread", spread}};
  };
  constexpr std::array bases{"one run", "repetitions", "runs"};
  const auto& d = row.difference;
  return {{"suite", row.suite}, {"node", row.pair}, {"test", row.test}, {"metric", row.metric},
          {"basis", bases[static_cast<std::size_t>(d.basis)]},
          {"baseline", side(d.baseline_count, d.baseline_median, d.baseline_spread)},
          {"dev", side(d.dev_count, d.dev_median, d.dev_spread)},
          {"change", d.change}, {"noise", d.noise}, {"enough_samples", d.enough},
          {"larger_than_noise", d.larger_than_noise}, {"finding", json_of(row.finding)}};
}

}  // namespace

std::string summary_json(const std::vector<Run>& runs) {
  ordered list = ordered::array();
  for (const auto& run : runs) {
    ordered nodes = ordered::array();
    for (const auto& node : run.nodes) nodes.push_back(json_of(node));
    list.push_back({{"run", run.id}, {"nodes", nodes}});
  }
  return text_of({{"exit_status", exit_status(runs)}, {"runs", list}});
}

std::string comparison_json(const Comparison& c) {
  ordered tests = ordered::array(), metrics = ordered::array();
  for (const auto& row : c.tests) tests.push_back(json_of(row));
  for (const auto& row : c.metrics) metrics.push_back(json_of(row));
  return text_of({{"title", c.title}, {"baseline", c.baseline_label}, {"dev", c.dev_label},
                  {"exit_status", exit_status(c)}, {"regressed", c.regressed()}, {"failed", c.failed()},
                  {"crashed", c.crashed()}, {"inconclusive", c.inconclusive()}, {"problems", c.problems},
                  {"tests", tests}, {"metrics", metrics}, {"notes", c.notes}});
}

}  // namespace kdevops::results
