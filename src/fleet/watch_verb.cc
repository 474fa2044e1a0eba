// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/watch_verb.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "fleet/session.h"
#include "fleet/up.h"
#include "fleet/watch.h"

namespace kdevops::fleet {

namespace {

struct Options {
  std::string plan_file = "nixos/generated/plan.json";
  std::string workflow, limit = "baseline:dev";
  std::vector<std::string> names;
  bool json = false;
};

int run(const Options& options) {
  Session session(options.plan_file, false, true);
  const auto& plan = session.plan;
  const auto nodes = watched_nodes(plan, options.limit, options.names);
  const auto stop = session.interrupt->token();
  const WatchTools tools{
      plan,
      session.files,
      session.processes,
      *session.progress,
      stop,
      [&](const std::string& name) {
        return session.context ? own_guest(*session.context, plan.node(name))
                               : declared_host(plan, session.processes, name, stop);
      },
      [&] { return session.tree.try_lock(); },
      session.context ? boot_width(plan, session.hypervisor->host(), false) : 1};
  const auto results = watch(tools, options.workflow, nodes, watchdog(plan, options.workflow));
  session.progress.reset();  // what follows stays below its last lines
  if (options.json) fmt::print("{}", to_json(results, options.workflow));
  conclude(results, options.workflow, options.limit, stop.stop_requested());
  return 0;
}

}  // namespace

support::Verb watch_verb() {
  return {"watch", "Follow a workflow's runs to their end; restart nodes that crash or hang",
          [](CLI::App& app) -> std::function<int()> {
            auto options = std::make_shared<Options>();
            app.add_option("--plan", options->plan_file, "The plan")->capture_default_str();
            app.add_option("--workflow", options->workflow, "The workflow whose newest runs are watched")->required();
            app.add_option("--limit", options->limit, "baseline, dev or baseline:dev")->capture_default_str();
            app.add_flag("--json", options->json, "Print what became of the runs as JSON");
            app.add_option("NODE", options->names, "Nodes; all of the groups when none is named");
            return [options] { return run(*options); };
          }};
}

}  // namespace kdevops::fleet
