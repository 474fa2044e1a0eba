// SPDX-License-Identifier: GPL-2.0-or-later
// How watching ends: exit code, last words, JSON.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fleet/watch.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

/// "make fstests-baseline" and, for both groups, "make fstests-baseline fstests-dev".
std::string target(const std::string& workflow, const std::string& limit) {
  std::string words = "make";
  for (const char* group : {"baseline", "dev"}) {
    if (limit.find(group) != std::string::npos) words += fmt::format(" {}-{}", workflow, group);
  }
  return words;
}

}  // namespace

void conclude(const std::vector<NodeWatch>& nodes, const std::string& workflow, const std::string& limit,
              bool stopped) {
  const auto going = std::count_if(nodes.begin(), nodes.end(), [](const NodeWatch& node) { return node.going(); });
  if (stopped && going > 0) {
    throw Error(ExitCode::interrupted,
                fmt::format("no longer watching; {} runs go on, on {} node{}", workflow, going, going == 1 ? "" : "s"),
                "", fmt::format("`{}` comes back to them, `make {}-stop` ends them.", target(workflow, limit), workflow));
  }
  std::vector<std::string> crashes, hints;
  const Error* first = nullptr;
  auto code = ExitCode::ok;
  std::size_t errors = 0;
  for (const auto& node : nodes) {
    for (const auto& crash : node.crashes) {
      code = ExitCode::guest_crashed;
      crashes.push_back(fmt::format("{} in {} on {}", to_string(crash.verdict.fault),
                                    crash.verdict.test.empty() ? "no test" : crash.verdict.test, node.name));
      hints.push_back(crash.evidence);
    }
    if (node.left) {
      hints.push_back(fmt::format("{0} does not run: `nixos-vm restart {0}`, then `{1}` goes on", node.name,
                                  target(workflow, limit)));
    }
    if (!node.error) continue;
    ++errors;
    code = std::max(code, node.error->code());
    if (first == nullptr) first = &*node.error;
  }
  if (std::all_of(nodes.begin(), nodes.end(), [](const NodeWatch& n) { return n.state && n.state->run.empty(); })) {
    throw Error(ExitCode::failed, fmt::format("no node has a {} run", workflow), "",
                fmt::format("`{}` starts one.", target(workflow, limit)));
  }
  if (code == ExitCode::ok) return;
  if (crashes.empty() && errors == 1) throw *first;
  if (first != nullptr) hints.push_back(first->where() + ": " + first->what());
  if (crashes.empty()) throw Error(code, fmt::format("{} nodes failed; see above", errors));
  throw Error(code, fmt::format("{}", fmt::join(crashes, ", ")), "", fmt::format("{}", fmt::join(hints, "\n")));
}

std::string to_json(const std::vector<NodeWatch>& nodes, const std::string& workflow) {
  using Json = nlohmann::ordered_json;
  auto list = Json::array();
  for (const auto& node : nodes) {
    const auto state = node.state.value_or(RunState{});
    Json entry{{"name", node.name},
               {"run", state.run},
               {"ended", node.ended()},
               {"exit_status", state.exit_status ? Json(*state.exit_status) : Json()},
               {"planned", state.planned},
               {"recorded", state.recorded},
               {"crashes", Json::array()},
               {"error", node.error ? Json(node.error->what()) : Json()}};
    for (const auto& crash : node.crashes) {
      entry["crashes"].push_back({{"verdict", to_string(crash.verdict.fault)},
                                  {"test", crash.verdict.test},
                                  {"reason", crash.verdict.reason},
                                  {"evidence", crash.evidence},
                                  {"continued", crash.continued}});
    }
    list.push_back(std::move(entry));
  }
  // The console's bytes are anyone's.
  return Json{{"workflow", workflow}, {"nodes", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace kdevops::fleet
