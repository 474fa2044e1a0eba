// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/run_client.h"

#include <sstream>

#include <fmt/format.h>

#include "fleet/watch_plan.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

/// $1: where the data file system $2 (a label, or empty) belongs; $3: the workflow; then the command,
/// in the run's directory.
constexpr const char* kInRun = R"(if [ -n "$2" ] && ! mountpoint -q "$1" && [ -e "/dev/disk/by-label/$2" ]; then
  mount -o X-mount.mkdir "LABEL=$2" "$1" || exit
fi
cd "$1/results/$3/current" 2>/dev/null || exit 66
shift 3
exec "$@")";

constexpr int kSshFailed = 255, kNoRun = 66;
/// A guest that is emulated, and busy, needs long for a login; one that crashed never answers.
constexpr auto kAnswer = std::chrono::seconds(120);

/// ssh's words for what no waiting mends.
bool hopeless(const std::string& said) {
  for (const char* words : {"Permission denied (", "Could not resolve hostname", "Host key verification failed"}) {
    if (said.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

RunClient::RunClient(const plan::Plan& plan, std::string workflow, std::string node, Guest& guest,
                     support::Processes& processes, std::stop_token stop)
    : plan_(plan), workflow_(std::move(workflow)), node_(std::move(node)), guest_(guest), processes_(processes),
      stop_(std::move(stop)) {}

support::ProcessResult RunClient::run(const std::vector<std::string>& command, std::stop_token cancel) {
  const auto device = variable<std::string>(plan_, "data_device", "");
  std::vector<std::string> remote{"sudo", "-n", "sh", "-c", kInRun, "sh",
                                  variable<std::string>(plan_, "data_path", "/data"),
                                  device.empty() ? "" : variable<std::string>(plan_, "data_label", ""), workflow_};
  remote.insert(remote.end(), command.begin(), command.end());
  support::Command ssh;
  ssh.argv = guest_.ssh();
  // ssh hands its words to a shell as one line.
  ssh.argv.push_back(support::shell_quote(remote));
  ssh.timeout = kAnswer;
  auto result = processes_.run(ssh, std::move(cancel));
  check_stop(stop_);
  return result;
}

std::optional<RunState> RunClient::state(std::stop_token cancel) {
  const auto result = run({"sh", "runner.sh", "state"}, cancel.stop_possible() ? cancel : stop_);
  if (result.timed_out || (cancel.stop_requested() && result.status != 0)) return std::nullopt;
  if (result.status == 0) return parse_run_state(result.out);
  if (result.status == kNoRun) return RunState{};
  if (result.status == kSshFailed && !hopeless(result.err)) return std::nullopt;
  throw Error(ExitCode::failed,
              fmt::format("cannot ask for its {} run: {}", workflow_,
                          result.err.empty() ? fmt::format("status {}", result.status) : result.err),
              node_, fmt::format("Try: {}", support::shell_quote(guest_.ssh())));
}

std::vector<std::string> RunClient::tests() {
  const auto result = run({"cat", "tests"}, stop_);
  std::vector<std::string> tests;
  std::istringstream lines(result.status == 0 ? result.out : "");
  for (std::string line; std::getline(lines, line);) tests.push_back(line);
  return tests;
}

std::string RunClient::check(const std::vector<std::string>& command, const std::string& what) {
  const auto result = run(command, stop_);
  if (result.status == 0) return result.out;
  const auto why = result.timed_out ? "ssh did not end in time"
                   : result.err.empty() ? fmt::format("status {}", result.status)
                                        : result.err;
  throw Error(ExitCode::failed, fmt::format("cannot {}: {}", what, why), node_,
              fmt::format("`make {0}-baseline`, or {0}-dev, goes on with the run.", workflow_));
}

void RunClient::crashed(const std::string& verdict, const std::string& test) {
  check({"sh", "runner.sh", "crashed", verdict, test}, "note that " + test + " took it down");
}

void RunClient::start() { check({"sh", "runner.sh", "start"}, "go on with the run"); }

void RunClient::show_blocked_tasks() {
  run({"sh", "-c", "echo w >/proc/sysrq-trigger"}, stop_);  // no answer is an answer, too
}

}  // namespace kdevops::fleet
