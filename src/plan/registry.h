// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::plan {

/// Where an entry of a workflow.yaml stands, for errors: "<file>:<line>".
using Place = std::string;

/// Which nodes a workflow has: one per enabled symbol that `each` matches, or a single one.
struct NodeRule {
  Place place;
  std::string each;                  ///< symbol with one '*', or empty: a single node
  std::vector<std::string> except;   ///< symbols that match but are no sections
  std::string when;                  ///< symbol that must be y; empty: always
  std::string test;                  ///< node name behind the prefix; '*' is what `each` captured
  bool service = false;              ///< no -dev twin; in group `service`, not baseline; in a mix, too
  std::vector<std::string> groups;   ///< further groups
};

/// One derived variable of extra_vars.yaml: exactly one of from, join, value.
struct VariableRule {
  Place place;
  std::string name;
  std::string from;                  ///< a symbol, with its type
  std::string join;                  ///< symbol with one '*': captures of the enabled, by blanks
  std::optional<std::string> value;  ///< literal string
  std::string when, unless;          ///< symbols
};

/// workflows/<name>/workflow.yaml.
struct Workflow {
  Place place, enable_place;         ///< of its name, and of the key `enable`
  std::string name;                  ///< = CONFIG_KDEVOPS_WORKFLOW_NAME when dedicated
  std::string description;
  std::string enable;                ///< symbol that turns it on
  std::vector<std::string> test_suites;
  std::vector<std::pair<std::string, Value>> nixos_options;
  std::vector<std::string> groups;   ///< inventory groups behind [all], in order
  std::string node_group_prefix;     ///< per-test groups are <prefix>_<test>; empty: none
  std::vector<NodeRule> nodes;
  std::vector<VariableRule> variables;
};

/// Reads every <directory>/*/workflow.yaml, sorted by name. Unknown, missing, mistyped and
/// duplicate keys are Errors (configuration) with file and line; so is a folder with a Kconfig
/// and without that file.
std::vector<Workflow> read_workflows(const support::Files& files, const std::string& directory);

/// One workflow.yaml; `file` is for errors.
Workflow parse_workflow(const std::string& text, const std::string& file);

}  // namespace kdevops::plan
