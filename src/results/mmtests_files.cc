// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/mmtests.h"
#include "results/text.h"

namespace kdevops::results {

MmtestsIteration parse_timestamps(std::string_view text) {
  MmtestsIteration out;
  each_line(text, [&](const Line& line) {
    if (!line.whole) return;
    const auto parts = words(line.text);
    const auto is = [&](std::size_t count, std::string_view title) {
      return parts.size() >= count && line.text.starts_with(title);
    };
    const auto benchmark = [&](std::string_view name) -> MmtestsIteration::Benchmark& {
      const auto [it, fresh] = out.benchmarks.try_emplace(one_line(name));
      if (fresh) out.order.push_back(it->first);
      return it->second;
    };
    // "test begin :: NAME 1763690001", "test end :: NAME 1763690100 0",
    // "time :: NAME 1.2 user 0.3 system 99.0 elapsed", "finish :: 1763690101"
    if (is(5, "test begin :: ")) {
      benchmark(parts[3]).begin = number(parts[4]);
    } else if (is(6, "test end :: ")) {
      auto& one = benchmark(parts[3]);
      one.end = number(parts[4]);
      one.status = integer(parts[5]);
    } else if (is(9, "time :: ") && parts[8] == "elapsed") {
      auto& one = benchmark(parts[2]);
      one.user = number(parts[3]);
      one.system = number(parts[5]);
      one.elapsed = number(parts[7]);
    } else if (is(3, "finish :: ")) {
      out.finished = true;
    }
  });
  return out;
}

Faults parse_faults(std::string_view log) {
  Faults faults;
  each_line(log, [&](const Line& line) {
    if (!line.whole || !line.text.starts_with("fault ")) return;
    const auto parts = words(line.text);
    const auto latency = parts.size() >= 4 ? number(parts[3]) : std::nullopt;
    if (!latency) return;
    (parts[2] == "base" ? faults.base : faults.huge).push_back(*latency);
  });
  return faults;
}

}  // namespace kdevops::results
