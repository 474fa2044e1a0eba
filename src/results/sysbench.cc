// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/sysbench.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "results/record.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

/// One "[ 10s ] thds: 4 tps: ..." line; cpu and memory tests print events instead.
struct Interval {
  unsigned second = 0, threads = 0, percentile = 0;
  double transactions = 0, queries = 0, latency = 0, errors = 0;
  bool events = false;
};

/// What the sections after the last interval say. A field stays empty until its line was read.
struct Totals {
  std::optional<double> total_time, events, latency_average, latency_maximum, errors;
  bool complete = false;
};

/// sscanf whose last conversion is %n: true when all of `line` was used.
template <typename... Fields>
bool scan_all(const std::string& line, const char* format, Fields*... fields) {
  int used = -1;
  std::sscanf(line.c_str(), format, fields..., &used);  // NOLINT: the formats are constants below
  return used >= 0 && static_cast<std::size_t>(used) == line.size();
}

/// sscanf reads "nan" and "inf" as numbers; sysbench never means them.
std::optional<Interval> checked(const Interval& i) {
  const bool finite = std::isfinite(i.transactions) && std::isfinite(i.queries) &&
                      std::isfinite(i.latency) && std::isfinite(i.errors);
  return finite && i.transactions >= 0 ? std::optional(i) : std::nullopt;
}

std::optional<Interval> parse_interval(const std::string& line) {
  Interval i;
  double reads, writes, others, reconnects;
  if (scan_all(line,
               "[ %us ] thds: %u tps: %lf qps: %lf (r/w/o: %lf/%lf/%lf) lat (ms,%u%%): %lf "
               "err/s: %lf reconn/s: %lf%n",
               &i.second, &i.threads, &i.transactions, &i.queries, &reads, &writes, &others,
               &i.percentile, &i.latency, &i.errors, &reconnects)) {
    return checked(i);
  }
  i = {};
  i.events = true;
  if (scan_all(line, "[ %us ] thds: %u eps: %lf lat (ms,%u%%): %lf%n", &i.second, &i.threads,
               &i.transactions, &i.percentile, &i.latency)) {
    return checked(i);
  }
  return std::nullopt;
}

/// "total number of events:   17456" -> 17456.
bool field(const std::string& line, const char* name, std::optional<double>& value) {
  if (!line.starts_with(name)) return false;
  double number = 0;
  char unit = 0;
  if (std::sscanf(line.c_str() + std::strlen(name), " %lf%c", &number, &unit) >= 1 && std::isfinite(number)) value = number;
  return true;
}

/// The very last line, "execution time (avg/stddev):   11.9954/0.00", to its last digit.
bool last_line(const std::string& line) {
  constexpr std::string_view name = "execution time (avg/stddev):";
  if (!line.starts_with(name)) return false;
  const auto slash = line.rfind('/');
  const auto point = line.rfind('.');
  return slash > name.size() && point != std::string::npos && point > slash && point + 3 == line.size() &&
         std::strspn(line.c_str() + point + 1, "0123456789") == 2;
}

void read_total(const std::string& line, Totals& totals) {
  if (field(line, "total time:", totals.total_time)) return;
  if (field(line, "total number of events:", totals.events)) return;
  if (field(line, "avg:", totals.latency_average)) return;
  if (field(line, "max:", totals.latency_maximum)) return;
  if (field(line, "ignored errors:", totals.errors)) return;
  if (last_line(line)) totals.complete = true;
}

/// What has been gathered when the output is over.
struct Reading {
  bool banner = false;
  std::string fatal, unreadable;
  std::vector<Interval> intervals;
  Totals totals;
};

Reading read(std::string_view output) {
  Reading r;
  int number = 0;
  bool general = false;
  while (!output.empty()) {
    const auto end = output.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string line(trim(output.substr(0, end)));
    output.remove_prefix(whole ? end + 1 : output.size());
    ++number;
    if (line.starts_with("sysbench ")) r.banner = true;
    if (line.starts_with("FATAL:") && r.fatal.empty()) r.fatal = line;
    if (line.starts_with("General statistics:")) general = true;
    if (line.starts_with("[ ")) {
      if (const auto interval = parse_interval(line)) {
        r.intervals.push_back(*interval);
      } else if (whole && r.unreadable.empty()) {
        r.unreadable = fmt::format("line {} is not readable: {}", number, line);
      }
    }
    // --debug prints query statistics of its own with the same words, further up.
    if (general || line.starts_with("ignored errors:")) read_total(line, r.totals);
  }
  return r;
}

void judge(const Reading& r, Test& test) {
  const auto& t = r.totals;
  test.verdict = Verdict::failed;
  if (!r.fatal.empty()) {
    test.reason = r.fatal;
  } else if (!r.unreadable.empty()) {
    test.reason = r.unreadable;
  } else if (!t.complete || !t.total_time || !t.events || !t.latency_average || !t.latency_maximum) {
    test.verdict = Verdict::truncated;
    test.reason = !r.banner             ? "no output of sysbench"
                  : r.intervals.empty() ? "the output ends before the first result"
                                        : fmt::format("the output ends after {} s, without final statistics",
                                                      r.intervals.back().second);
  } else if (!r.banner) {
    test.verdict = Verdict::truncated;
    test.reason = "the beginning of the output is missing";
  } else if (*t.events == 0) {
    test.reason = "not one event was completed";
  } else {
    test.verdict = Verdict::passed;
  }
}

void add_intervals(const std::vector<Interval>& intervals, Test& test) {
  if (intervals.empty()) return;
  const bool events = intervals.front().events;
  Metric transactions{events ? "events per second" : "transactions per second", Better::higher, {}};
  Metric queries{"queries per second", Better::neither, {}};
  Metric latency{fmt::format("latency {}% ms", intervals.front().percentile), Better::lower, {}};
  Metric errors{"errors per second", Better::neither, {}};
  const unsigned every = intervals.size() > 1 ? intervals[1].second - intervals[0].second : intervals[0].second;
  for (Metric* metric : {&transactions, &queries, &latency, &errors}) metric->interval = every;
  for (const auto& i : intervals) {
    transactions.samples.push_back(i.transactions);
    queries.samples.push_back(i.queries);
    // An interval without a transaction has no latency; sysbench prints 0.00.
    if (i.transactions > 0) latency.samples.push_back(i.latency);
    errors.samples.push_back(i.errors);
  }
  test.metrics.push_back(std::move(transactions));
  test.metrics.push_back(std::move(latency));
  // Queries follow the transactions, 20 to one: shown, not judged a second time.
  if (!events) test.metrics.push_back(std::move(queries));
  if (!events) test.metrics.push_back(std::move(errors));
}

void add_totals(const Totals& t, Test& test) {
  const auto add = [&](const char* name, Better better, const std::optional<double>& value) {
    if (value) test.metrics.push_back({name, better, {*value}});
  };
  add("latency average ms", Better::lower, t.latency_average);
  add("latency maximum ms", Better::neither, t.latency_maximum);
  add("events", Better::neither, t.events);
}

/// A server's own counters: what full_page_writes and the doublewrite buffer change shows here first.
void add_counters(const Tree& tree, Test& test) {
  const Metric* events = test.metric("events");
  const double count = events != nullptr ? events->samples.front() : 0;
  if (count <= 0) return;
  const auto read = [&](const char* name) {
    // psql's error message stands here when the server had died; the verdict says so already.
    return nlohmann::json::parse(read_evidence(tree.files(), tree.absolute(name)), nullptr, false);
  };
  const auto add = [&](const nlohmann::json& values, const char* key, const char* name) {
    if (!values.is_object() || !values.contains(key) || !values[key].is_number()) return;
    test.metrics.push_back({name, Better::neither, {values[key].get<double>() / count}});
  };
  const auto postgres = read("pg_stats.json"), mysql = read("mysql_stats.json");
  // No copies: one of a nested value takes a stack as deep as it is.
  if (const auto wal = postgres.find("wal"); wal != postgres.end()) {
    add(*wal, "wal_fpi", "WAL full page images per event");
    add(*wal, "wal_bytes", "WAL bytes per event");
  }
  add(mysql, "innodb_dblwr_pages_written", "doublewrite pages per event");
  add(mysql, "innodb_os_log_written", "log bytes per event");
  add(mysql, "innodb_data_written", "data bytes per event");
}

}  // namespace

bool holds_sysbench(const Tree& tree) { return tree.has("sysbench_output.txt") || tree.has("sysbench_tps.txt"); }

void read_sysbench(const Tree& tree, Node& node) {
  const char* name = tree.has("sysbench_output.txt") ? "sysbench_output.txt" : "sysbench_tps.txt";
  std::string problem;
  const auto output = read_text(tree.files(), tree.absolute(name), problem);
  Test test = parse_sysbench(output.value_or(""));
  if (!problem.empty()) test.reason = problem;
  if (const auto record = read_record(tree.files(), tree.directory(), problem)) {
    if (!record->test.empty()) test.name = one_line(record->test);
    apply_record(*record, test);
  }
  if (is_bad(test.verdict) && tree.has(name)) {
    test.evidence = name;
    test.excerpt = excerpt(output.value_or(""), 12, true);
  }
  add_counters(tree, test);
  node.tests.push_back(std::move(test));
}

Test parse_sysbench(std::string_view output) {
  const Reading reading = read(output);
  Test test;
  test.name = "oltp_read_write";
  judge(reading, test);
  add_intervals(reading.intervals, test);
  if (reading.totals.complete) add_totals(reading.totals, test);
  return test;
}

}  // namespace kdevops::results
