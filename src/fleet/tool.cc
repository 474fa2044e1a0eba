// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/tool.h"

#include <algorithm>
#include <memory>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fleet/access.h"
#include "fleet/destroy.h"
#include "fleet/gdb.h"
#include "fleet/power.h"
#include "fleet/reboot.h"
#include "fleet/session.h"
#include "fleet/status.h"
#include "fleet/up.h"
#include "fleet/watch_verb.h"
#include "support/cli.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

/// What the user typed behind a verb.
struct Options {
  std::string plan_file = "nixos/generated/plan.json";
  bool json = false;
  std::string node;                ///< of verbs for one node
  std::vector<std::string> names;  ///< of verbs for any number of nodes
};

/// What follows the node behind `nixos-vm ssh` and `nixos-vm gdb`: for the shell there or for gdb,
/// whatever it looks like.
std::vector<std::string>& passed_on() {
  static std::vector<std::string> words;
  return words;
}

using Run = int (*)(const Options&);

/// A verb for any number of nodes.
support::Verb fleet_verb(const char* name, const char* help, Run run) {
  return {name, help, [run](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            app.add_option("--plan", options->plan_file, "The plan")->capture_default_str();
            app.add_flag("--json", options->json, "Print data as JSON");
            app.add_option("NODE", options->names, "Nodes; all when none is named");
            return [options, run] { return run(*options); };
          }};
}

/// A verb for one node.
support::Verb node_verb(const char* name, const char* help, Run run) {
  return {name, help, [run](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            app.add_option("--plan", options->plan_file, "The plan")->capture_default_str();
            app.add_option("NODE", options->node, "The node; the first one when none is named");
            return [options, run] { return run(*options); };
          }};
}

const plan::Node& one_node(const Session& session, const Options& options) {
  if (!options.node.empty()) return session.plan.node(options.node);
  if (session.plan.nodes.empty()) {
    throw support::Error(support::ExitCode::usage, "the plan has no nodes", options.plan_file);
  }
  return session.plan.nodes.front();
}

int run_up(const Options& options) {
  Session session(options.plan_file, true);
  const auto results = up(*session.context, options.names);
  if (!options.json) return 0;
  auto list = nlohmann::ordered_json::array();
  for (const auto& node : results) {
    list.push_back({{"name", node.name}, {"address", node.address}, {"action", node.action}});
  }
  fmt::print("{}\n", nlohmann::ordered_json{{"nodes", list}}.dump(2));
  return 0;
}

int run_down(const Options& options) {
  Session session(options.plan_file, true);
  destroy(*session.context, options.names, true);
  return 0;
}

int run_start(const Options& options) {
  Session session(options.plan_file, true);
  start(*session.context, options.names);
  return 0;
}

int run_stop(const Options& options) {
  Session session(options.plan_file, true);
  stop(*session.context, options.names);
  return 0;
}

int run_restart(const Options& options) {
  Session session(options.plan_file, true);
  restart(*session.context, options.names);
  return 0;
}

int run_destroy(const Options& options) {
  Session session(options.plan_file, true);
  destroy(*session.context, options.names, false);
  return 0;
}

int run_reboot(const Options& options) {
  Session session(options.plan_file, true);
  const auto nodes = reboot(*session.context, options.names);
  auto list = nlohmann::ordered_json::array();
  for (const auto& node : nodes) {
    list.push_back({{"name", node.name}, {"before", node.before}, {"after", node.after}});
    if (options.json) continue;
    fmt::print("{}: kernel {} -> {}\n", node.name, node.before.empty() ? "none" : node.before, node.after);
  }
  if (options.json) fmt::print("{}\n", nlohmann::ordered_json{{"nodes", list}}.dump(2));
  return 0;
}

int run_status(const Options& options) {
  Session session(options.plan_file, false);
  const auto nodes = status(*session.context, options.names);
  fmt::print("{}", options.json ? to_json(nodes) : to_table(nodes));
  for (const auto& node : nodes) {
    if (node.state != "running") return 1;
  }
  return 0;
}

int run_console(const Options& options) {
  Session session(options.plan_file, false);
  console(*session.context, one_node(session, options));
  return 0;
}

int run_ip(const Options& options) {
  Session session(options.plan_file, false);
  const auto nodes = select(session.plan, options.names);
  auto list = nlohmann::ordered_json::object();
  for (const auto* node : nodes) {
    const auto address = address_of(*session.context, *node);
    list[node->name] = address;
    if (options.json) continue;
    fmt::print("{}\n", options.names.size() == 1 ? address : node->name + " " + address);
  }
  if (options.json) fmt::print("{}\n", list.dump(2));
  return 0;
}

int run_ssh(const Options& options) {
  Session session(options.plan_file, false);
  const auto& node = one_node(session, options);
  session.interrupt.reset();  // ssh gets the signals from here on
  ssh(*session.context, node, passed_on());
}

int run_gdb_port(const Options& options) {
  Session session(options.plan_file, false);
  fmt::print("{}\n", gdb_port(*session.context, one_node(session, options)));
  return 0;
}

int run_gdb(const Options& options) {
  Session session(options.plan_file, false);
  const auto argv = gdb_command(*session.context, one_node(session, options), passed_on());
  session.interrupt.reset();  // gdb gets the signals from here on
  support::replace_process(argv);
}

/// The number of words up to the node of `nixos-vm ssh` or `nixos-vm gdb`, or all of another verb's.
int own_words(int argc, char** argv) {
  if (argc < 2 || (argv[1] != std::string_view("ssh") && argv[1] != std::string_view("gdb"))) return argc;
  int i = 2;
  while (i < argc && argv[i][0] == '-') i += argv[i] == std::string_view("--plan") ? 2 : 1;
  return std::min(i + 1, argc);
}

const support::Tool& tool() {
  static const support::Tool the_tool{
      "nixos-vm",
      "Run the nodes of nixos/generated/plan.json on libvirt",
      {
          fleet_verb("up", "Make nodes run as planned and wait until they are ready", run_up),
          fleet_verb("down", "Shut nodes down and remove their domains; their disks stay", run_down),
          fleet_verb("start", "Power nodes on without waiting for them", run_start),
          fleet_verb("stop", "Shut nodes down", run_stop),
          fleet_verb("restart", "Shut nodes down, start them and wait until they are ready", run_restart),
          fleet_verb("reboot", "Restart imageless nodes on the kernel and closure built last", run_reboot),
          fleet_verb("destroy", "Remove nodes with their disks, addresses and ssh entries", run_destroy),
          fleet_verb("status", "Show every node's state; exit 1 when one is not running", run_status),
          watch_verb(),
          node_verb("console", "Connect to a node's serial console; ^] leaves it", run_console),
          fleet_verb("ip", "Print the addresses of nodes", run_ip),
          node_verb("ssh", "Log into a node, or run a command there: ssh NODE COMMAND ...", run_ssh),
          node_verb("gdb", "Debug a node's kernel: gdb NODE ARGUMENT ... starts gdb", run_gdb),
          node_verb("gdb-port", "Print the loopback port of a node's gdb stub", run_gdb_port),
      }};
  return the_tool;
}

}  // namespace

int run(int argc, char** argv) {
  const int ours = own_words(argc, argv);
  int first = ours;
  if (first < argc && argv[first] == std::string_view("--")) ++first;
  passed_on().assign(argv + first, argv + argc);
  return support::run_tool(tool(), ours, argv);
}

}  // namespace kdevops::fleet
