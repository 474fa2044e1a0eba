// SPDX-License-Identifier: GPL-2.0-or-later
// Plots of what the benchmarks measured, both sides over each other.
#include <algorithm>

#include <fmt/format.h>

#include "results/report_axis.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "results/statistics.h"

namespace kdevops::results {

namespace {

/// Beyond it a test's plots are folded, and far beyond left to summary --json.
constexpr std::size_t open_plots = 6, most_plots = 60;

struct Pair {
  const Metric* a = nullptr;
  const Metric* b = nullptr;

  const Metric& any() const { return a != nullptr ? *a : *b; }
  bool several() const {
    return (a != nullptr && finite(a->samples).size() > 1) || (b != nullptr && finite(b->samples).size() > 1);
  }
};

const Test* find_test(const Node* node, const std::string& name) {
  if (node == nullptr) return nullptr;
  const auto it = std::find_if(node->tests.begin(), node->tests.end(), [&](const Test& t) { return t.name == name; });
  return it == node->tests.end() ? nullptr : &*it;
}

/// The metrics of both sides in the order of the suite; what is judged before what is only shown.
std::vector<Pair> pairs_of(const Test* a, const Test* b) {
  std::vector<Pair> pairs;
  if (a != nullptr) {
    for (const auto& m : a->metrics) pairs.push_back({&m, b != nullptr ? b->metric(m.name) : nullptr});
  }
  if (b != nullptr) {
    for (const auto& m : b->metrics) {
      if (a == nullptr || a->metric(m.name) == nullptr) pairs.push_back({nullptr, &m});
    }
  }
  std::stable_partition(pairs.begin(), pairs.end(), [](const Pair& p) { return p.any().better != Better::neither; });
  return pairs;
}

void add_key(Element caption, const Series& series) {
  const auto values = finite(series.values);
  auto key = add(caption, "span", "key " + series.css);
  append(key, series.name);
  append(key, values.empty() ? " no values" : values.size() == 1 ? " " : " median ");
  if (!values.empty()) add_text(key, "b", short_number(median(values)));
  if (values.size() > 1) {
    const auto n = five_numbers(values);
    add_text(key, "small", fmt::format("{} to {}", short_number(n[0]), short_number(n[4])));
  }
}

const char* direction(Better better) {
  switch (better) {
    case Better::higher: return "higher is better";
    case Better::lower: return "lower is better";
    case Better::neither: return "";
  }
  return "";
}

std::vector<Series> series_of(const Pair& pair, const Sides& sides) {
  std::vector<Series> series;
  if (pair.a != nullptr) series.push_back({sides.a_label, "a", pair.a->samples});
  if (pair.b != nullptr) series.push_back({sides.b_label, "b", pair.b->samples});
  return series;
}

void add_figure(Element grid, const Pair& pair, const Sides& sides, const std::string& test) {
  const Metric& metric = pair.any();
  const auto series = series_of(pair, sides);
  auto figure = add(grid, "figure");
  auto caption = add(figure, "figcaption");
  add_text(caption, "b", shorten(metric.name, name_length));
  if (metric.better != Better::neither) {
    append(caption, " ");
    add_text(caption, "small", direction(metric.better), "quiet");
  }
  auto keys = add(caption, "div", "keys");
  for (const auto& s : series) add_key(keys, s);
  PlotLabels labels{fmt::format("{} of {}", shorten(metric.name, name_length), shorten(test, name_length)),
                    "iteration", 1, 1, {}};
  if (metric.interval > 0) {
    labels.x = "seconds";
    labels.first = labels.step = metric.interval;
  }
  draw_lines(figure, labels, series);
  labels.x = shorten(metric.name, 40);
  draw_distribution(figure, labels, series);
}

void add_single_values(Element parent, const std::vector<Pair>& pairs, const Sides& sides) {
  Element body;
  for (const auto& pair : pairs) {
    if (pair.several()) continue;
    if (!body) {
      auto details = add(parent, "details");
      add_text(details, "summary", "Single values");
      std::vector<std::string> titles{"metric"};
      if (sides.a != nullptr) titles.push_back(">" + sides.a_label);
      if (sides.b != nullptr) titles.push_back(">" + sides.b_label);
      body = add_table(details, titles, "values");
    }
    auto row = add(body, "tr");
    add_text(row, "td", shorten(pair.any().name, name_length));
    const auto value = [&](const Metric* metric) {
      const bool known = metric != nullptr && !metric->samples.empty();
      add_text(row, "td", known ? short_number(metric->samples.front()) : "–", "number");
    };
    if (sides.a != nullptr) value(pair.a);
    if (sides.b != nullptr) value(pair.b);
  }
}

void add_plots(Element parent, const std::vector<Pair>& pairs, const Sides& sides, const std::string& test) {
  std::size_t shown = 0, left_out = 0;
  Element open, folded;
  for (const auto& pair : pairs) {
    if (!pair.several()) continue;
    if (++shown > most_plots) {
      ++left_out;
      continue;
    }
    // What is judged comes first; the rest is there for who asks.
    const bool first = shown <= open_plots && (pair.any().better != Better::neither || shown == 1);
    if (first && !open) open = add(parent, "div", "plots");
    if (!first && !folded) {
      auto details = add(parent, "details");
      add_text(details, "summary", "More metrics");
      folded = add(details, "div", "plots");
    }
    add_figure(first ? open : folded, pair, sides, test);
  }
  if (left_out > 0) {
    add_text(parent, "p", fmt::format("{} more metrics: nixos-results summary --json", left_out), "quiet");
  }
}

}  // namespace

void metrics_section(Element slot, const Report& report) {
  for (const auto& sides : report.sides) {
    std::vector<std::string> names;
    for (const Node* node : {sides.a, sides.b}) {
      if (node == nullptr) continue;
      for (const auto& test : node->tests) {
        const bool known = std::find(names.begin(), names.end(), test.name) != names.end();
        if (!test.metrics.empty() && !known) names.push_back(test.name);
      }
    }
    for (const auto& name : names) {
      const auto pairs = pairs_of(find_test(sides.a, name), find_test(sides.b, name));
      const Node& node = sides.a != nullptr ? *sides.a : *sides.b;
      auto heading = add_text(slot, "h3", shorten(name, name_length));
      append(heading, " ");
      add_text(heading, "small", shorten(node.name, name_length));
      add_plots(slot, pairs, sides, name);
      add_single_values(slot, pairs, sides);
    }
  }
}

}  // namespace kdevops::results
