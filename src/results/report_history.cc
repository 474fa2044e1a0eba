// SPDX-License-Identifier: GPL-2.0-or-later
// Several runs: which test did what in which run, and how the numbers went.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "results/statistics.h"
#include "results/words.h"

namespace kdevops::results {

namespace {

constexpr std::size_t most_runs = 30, most_rows = 300, most_trends = 12;

using Key = std::pair<std::string, std::string>;  ///< suite, node

/// One node over the runs; a run without it is nullptr.
struct Line {
  const Node* last = nullptr;
  std::vector<const Node*> nodes;
};

/// A test of a node over the same runs.
struct Row {
  std::string node, name;
  std::vector<const Test*> tests;

  bool bad() const {
    return std::any_of(tests.begin(), tests.end(), [](const Test* t) { return t != nullptr && is_bad(t->verdict); });
  }
  /// Severity in the last run that knows it.
  int now() const {
    const auto it = std::find_if(tests.rbegin(), tests.rend(), [](const Test* t) { return t != nullptr; });
    return it == tests.rend() ? 0 : severity((*it)->verdict);
  }
};

std::map<Key, Line> lines_of(const std::vector<const Run*>& runs) {
  std::map<Key, Line> lines;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& node : runs[i]->nodes) {
      auto& line = lines[{node.suite, node.name}];
      line.nodes.resize(runs.size(), nullptr);
      line.nodes[i] = line.last = &node;
    }
  }
  return lines;
}

std::vector<Row> rows_of(const Line& line) {
  std::vector<Row> rows;
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < line.nodes.size(); ++i) {
    if (line.nodes[i] == nullptr) continue;
    for (const auto& test : line.nodes[i]->tests) {
      const auto [place, fresh] = places.try_emplace(test.name, rows.size());
      if (fresh) rows.push_back({line.last->name, test.name, std::vector<const Test*>(line.nodes.size(), nullptr)});
      rows[place->second].tests[i] = &test;
    }
  }
  return rows;
}

std::string kernel_of(const Run& run) {
  std::string kernels;
  for (const auto& node : run.nodes) {
    if (node.kernel.empty() || kernels.find(node.kernel) != std::string::npos) continue;
    kernels += fmt::format(", {}", shorten(node.kernel, 80));
  }
  return shorten(kernels, 300);
}

/// "11-21" above "03:15"; an id that is no date by its first letters.
void add_run_head(Element row, const Run& run) {
  auto head = add(row, "th", "run");
  set(head, "scope", "col");
  const std::string date = run_date(run.id);
  set(head, "title", shorten(date, 80) + kernel_of(run));
  if (date == run.id) {
    append(head, shorten(run.id, 12));
    return;
  }
  add_text(head, "span", date.substr(5, 5));
  append(head, " ");
  add_text(head, "span", date.substr(11, 5));
}

void add_cell(Element row, const Test* test) {
  if (test == nullptr) {
    set(add_text(row, "td", "·", "none"), "title", "not run");
    return;
  }
  auto cell = add(row, "td", to_string(test->verdict));
  set(cell, "title", test->reason.empty() ? spoken(test->verdict)
                                          : fmt::format("{}: {}", spoken(test->verdict), shorten(test->reason, 120)));
  set(add_text(cell, "i", glyph(test->verdict)), "aria-hidden", "true");
  add_text(cell, "span", spoken(test->verdict), "spoken");
}

/// Newest run first: on a phone it is the one in view.
void add_matrix(Element parent, const std::vector<const Run*>& runs, std::vector<Row> rows, bool several_nodes) {
  const std::size_t all = rows.size();
  // A few benchmarks are worth their rows whatever they did; of a thousand tests only those that ever
  // failed.
  if (all > 20) std::erase_if(rows, [](const Row& row) { return !row.bad(); });
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return a.now() != b.now() ? a.now() > b.now() : a.name < b.name;
  });
  const std::size_t shown = std::min(rows.size(), most_rows);
  if (shown > 0) {
    auto box = add(parent, "div", "scroll");
    set(box, "tabindex", "0");
    auto table = add(box, "table", "matrix");
    auto head = add(add(table, "thead"), "tr");
    set(add_text(head, "th", "test"), "scope", "col");
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) add_run_head(head, **run);
    auto body = add(table, "tbody");
    for (std::size_t i = 0; i < shown; ++i) {
      auto row = add(body, "tr");
      auto name = add_text(row, "th", shorten(rows[i].name, name_length));
      set(name, "scope", "row");
      if (several_nodes) add_text(name, "small", shorten(rows[i].node, name_length));
      for (auto test = rows[i].tests.rbegin(); test != rows[i].tests.rend(); ++test) add_cell(row, *test);
    }
  }
  if (rows.size() > shown) add_text(parent, "p", fmt::format("{} more did not always pass.", rows.size() - shown), "quiet");
  if (all > rows.size()) {
    add_text(parent, "p", fmt::format("{} never failed.", counted(all - rows.size(), "other test", "other tests")), "quiet");
  }
}

/// The medians of one metric, run by run; only passed tests have numbers worth comparing.
std::vector<double> medians(const Row& row, const std::string& metric) {
  std::vector<double> values;
  for (const Test* test : row.tests) {
    const Metric* m = test != nullptr && test->verdict == Verdict::passed ? test->metric(metric) : nullptr;
    values.push_back(m != nullptr && !m->samples.empty() ? median(m->samples) : std::nan(""));
  }
  return values;
}

/// A baseline node with its dev node, or one of them alone.
struct TrendPair {
  const Line* a = nullptr;
  const Line* b = nullptr;
};

std::map<Key, TrendPair> trend_pairs(const std::map<Key, Line>& lines) {
  std::map<Key, TrendPair> pairs;
  for (const auto& [key, line] : lines) {
    auto& pair = pairs[{key.first, line.last->pair()}];
    (line.last->dev ? pair.b : pair.a) = &line;
  }
  return pairs;
}

void add_trend(Element grid, const std::vector<const Run*>& runs, const Row& row, const std::string& metric,
               std::vector<Series> series) {
  auto figure = add(grid, "figure");
  auto caption = add(figure, "figcaption");
  add_text(caption, "b", shorten(metric, name_length));
  append(caption, " ");
  add_text(caption, "small", shorten(row.node == row.name ? row.name : fmt::format("{}, {}", row.name, row.node), name_length),
           "quiet");
  auto keys = add(caption, "div", "keys");
  for (const auto& s : series) add_text(keys, "span", s.name, "key " + s.css);
  PlotLabels labels{fmt::format("median {} of {} in each run", shorten(metric, name_length), shorten(row.name, name_length)), "run (median of each)", 1, 1, {}};
  for (const Run* run : runs) labels.names.push_back(run_date(run->id));
  draw_lines(figure, labels, series);
}

void add_trends(Element grid, const std::vector<const Run*>& runs, const TrendPair& pair, std::size_t& shown) {
  const auto rows_a = pair.a != nullptr ? rows_of(*pair.a) : std::vector<Row>();
  const auto rows_b = pair.b != nullptr ? rows_of(*pair.b) : std::vector<Row>();
  for (const auto& row : rows_a.empty() ? rows_b : rows_a) {
    const auto newest = std::find_if(row.tests.rbegin(), row.tests.rend(), [](const Test* t) { return t != nullptr; });
    for (const auto& metric : (*newest)->metrics) {
      if (metric.better == Better::neither) continue;
      std::vector<Series> series;
      const auto take = [&](const std::vector<Row>& rows, const char* name, const char* css) {
        const auto it = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.name == row.name; });
        if (it == rows.end()) return;
        if (auto values = medians(*it, metric.name); finite(values).size() > 1) series.push_back({name, css, std::move(values)});
      };
      take(rows_a, "baseline", "a");
      take(rows_b, "dev", "b");
      if (!series.empty() && ++shown <= most_trends) add_trend(grid, runs, row, metric.name, std::move(series));
    }
  }
}

}  // namespace

void history_section(Element slot, const Report& report) {
  for (const auto* history : report.histories) {
    std::vector<const Run*> runs;
    const std::size_t from = history->size() > most_runs ? history->size() - most_runs : 0;
    for (std::size_t i = from; i < history->size(); ++i) runs.push_back(&(*history)[i]);
    if (from > 0) add_text(slot, "p", fmt::format("The last {} of {} runs.", runs.size(), history->size()), "quiet");
    const auto lines = lines_of(runs);
    std::vector<Row> rows;
    for (const auto& [key, line] : lines) {
      auto more = rows_of(line);
      std::move(more.begin(), more.end(), std::back_inserter(rows));
    }
    add_matrix(slot, runs, std::move(rows), lines.size() > 1);
    auto grid = add(slot, "div", "plots");
    std::size_t shown = 0;
    for (const auto& [key, pair] : trend_pairs(lines)) add_trends(grid, runs, pair, shown);
    if (!grid.first_child()) slot.remove_child(grid);
  }
}

}  // namespace kdevops::results
