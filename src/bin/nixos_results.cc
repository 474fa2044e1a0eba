// SPDX-License-Identifier: GPL-2.0-or-later
// nixos-results: what the workflows found, and what changed.
#include "results/report_tool.h"
#include "results/tools.h"
#include "support/cli.h"

int main(int argc, char** argv) {
  using namespace kdevops;
  return support::run_tool(
      {"nixos-results", "Summarise and compare the results of workflows",
       {{"summary", "What passed, what did not, and the numbers", results::setup_summary},
        {"compare", "Baseline against dev, or one run against another", results::setup_compare},
        {"expunge", "Add new failures to the lists of tests that are left out", results::setup_expunge},
        {"report", "One HTML page of it all, with plots", results::setup_report}}},
      argc, argv);
}
