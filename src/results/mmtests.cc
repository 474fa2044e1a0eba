// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/mmtests.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "results/archive.h"
#include "results/collection.h"
#include "results/record.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// A benchmark over all iterations.
struct Benchmark {
  std::string name;
  std::vector<Metric> metrics;
  std::vector<double> seconds;
  long iterations = 0, complete = 0;
  std::string failure, cut;  ///< the first of each

  void sample(const std::string& metric, Better better, double value) {
    auto it = std::find_if(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == metric; });
    if (it == metrics.end()) it = metrics.insert(metrics.end(), Metric{metric, better, {}});
    it->samples.push_back(value);
  }
};

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// ".../iter-3" -> 3: iteration 10 comes after 9.
long iteration_of(std::string_view directory) {
  const auto name = base_name(directory);
  return name.starts_with("iter-") ? integer(name.substr(5)).value_or(0) : 0;
}

/// The suite compares means of a client count, and so do we; one mean per iteration is one sample.
std::string add_faults(const Tree& tree, const std::string& path, Benchmark& benchmark) {
  std::string problem;
  const auto packed = read_text(tree.files(), tree.absolute(path), problem);
  const auto log = packed ? gunzip(*packed, problem) : std::nullopt;
  if (!log) return fmt::format("{}: {}", path, problem);
  auto clients = base_name(path).substr(8);
  clients = clients.substr(0, clients.find('.'));
  const Faults faults = parse_faults(*log);
  const auto add = [&](const char* kind, const std::vector<double>& values) {
    if (!values.empty()) benchmark.sample(fmt::format("fault-{}-{} microseconds", kind, clients), Better::lower, mean(values));
  };
  std::vector<double> both = faults.base;
  both.insert(both.end(), faults.huge.begin(), faults.huge.end());
  add("base", faults.base);
  add("huge", faults.huge);
  add("both", both);
  if (both.empty()) return path + ": not one fault";
  benchmark.sample(fmt::format("huge-{} percent", clients), Better::higher,
                   100.0 * static_cast<double>(faults.huge.size()) / static_cast<double>(both.size()));
  return "";
}

bool is_fault_log(std::string_view name) { return name.starts_with("threads-") && name.ends_with(".log.gz"); }

void add_iteration(const Tree& tree, const std::string& directory, const std::string& name,
                   const MmtestsIteration::Benchmark& noted, Benchmark& out) {
  ++out.iterations;
  const std::string label = fmt::format("iteration {}", out.iterations);
  const auto fail = [&](std::string& first, std::string why) {
    if (first.empty()) first = label + " " + std::move(why);
  };
  if (noted.status && *noted.status != 0) {
    fail(out.failure, how_it_ended(static_cast<int>(std::clamp<long>(*noted.status, -255, 255))));
    return;
  }
  if (!noted.status || !noted.elapsed) {
    fail(out.cut, "has no end in tests-timestamp");
    return;
  }
  const std::string logs = directory + "/" + name + "/logs/";
  for (const auto& path : tree.paths()) {
    if (!path.starts_with(logs) || !is_fault_log(base_name(path))) continue;
    if (auto why = add_faults(tree, path, out); !why.empty()) {
      fail(out.cut, std::move(why));
      return;
    }
  }
  ++out.complete;
  out.seconds.push_back(*noted.elapsed);
  out.sample("elapsed seconds", Better::lower, *noted.elapsed);
  if (noted.user) out.sample("user seconds", Better::neither, *noted.user);
  if (noted.system) out.sample("system seconds", Better::neither, *noted.system);
}

/// How many iterations were asked for; 0 when nobody says.
long wanted(const Node& node) {
  for (const auto& [key, value] : node.settings) {
    if (key.ends_with("iterations")) return integer(value).value_or(0);
  }
  return 0;
}

Test judge(Benchmark& benchmark, long iterations) {
  Test test;
  test.name = benchmark.name;
  test.metrics = std::move(benchmark.metrics);
  if (!benchmark.seconds.empty()) test.seconds = std::accumulate(benchmark.seconds.begin(), benchmark.seconds.end(), 0.0);
  if (!benchmark.failure.empty()) {
    test.verdict = Verdict::failed;
    test.reason = benchmark.failure;
  } else if (!benchmark.cut.empty()) {
    test.reason = benchmark.cut;
  } else if (benchmark.complete < iterations) {
    test.reason = fmt::format("{} of {} iterations", benchmark.complete, iterations);
  } else if (benchmark.complete > 0) {
    test.verdict = Verdict::passed;
  }
  return test;
}

}  // namespace

bool holds_mmtests(const Tree& tree) { return !tree.ending("/tests-timestamp").empty(); }

void read_mmtests(const Tree& tree, Node& node) {
  auto stamps = tree.ending("/tests-timestamp");
  std::stable_sort(stamps.begin(), stamps.end(), [](const auto& a, const auto& b) {
    return iteration_of(directory_name(a)) < iteration_of(directory_name(b));
  });
  std::vector<Benchmark> benchmarks;
  for (const auto& path : stamps) {
    std::string problem;
    const auto text = read_text(tree.files(), tree.absolute(path), problem);
    if (!problem.empty()) node.problems.push_back(std::move(problem));
    const auto iteration = parse_timestamps(text.value_or(""));
    if (!iteration.finished) node.problems.push_back(path + ": cut: it has no \"finish\"");
    for (const auto& name : iteration.order) {
      auto it = std::find_if(benchmarks.begin(), benchmarks.end(), [&](const Benchmark& b) { return b.name == name; });
      if (it == benchmarks.end()) it = benchmarks.insert(benchmarks.end(), Benchmark{name, {}, {}, 0, 0, "", ""});
      add_iteration(tree, std::string(directory_name(path)), name, iteration.benchmarks.at(name), *it);
    }
  }
  for (auto& benchmark : benchmarks) node.tests.push_back(judge(benchmark, wanted(node)));
}

}  // namespace kdevops::results
