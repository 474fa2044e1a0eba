// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/registry.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "support/error.h"

namespace kdevops::plan {

using support::Error;
using support::ExitCode;

namespace {

Place place_of(const std::string& file, const YAML::Mark& mark) {
  return fmt::format("{}:{}", file, mark.line + 1);
}

[[noreturn]] void fail(const Place& place, std::string what, std::string hint = {}) {
  throw Error(ExitCode::configuration, std::move(what), place, std::move(hint));
}

/// A YAML map whose keys are all claimed by name; what is left over is refused.
class Table {
 public:
  using Reader = std::function<void(const YAML::Node&)>;

  Table(const YAML::Node& node, std::string file, std::string what)
      : node_(node), file_(std::move(file)), what_(std::move(what)) {
    if (!node.IsMap()) fail(place_of(file_, node.Mark()), what_ + ": a map is expected");
  }

  Table& required(const std::string& key, Reader reader) { return add(key, std::move(reader), true); }
  Table& optional(const std::string& key, Reader reader) { return add(key, std::move(reader), false); }

  void read() const {
    std::set<std::string> seen;
    for (const auto& entry : node_) {
      const auto key = entry.first.Scalar();
      const auto place = place_of(file_, entry.first.Mark());
      const auto reader = readers_.find(key);
      if (reader == readers_.end()) {
        fail(place, fmt::format("{}: unknown key \"{}\"", what_, key), "known keys: " + known());
      }
      // yaml-cpp keeps both entries of a duplicate key and answers with the first.
      if (!seen.insert(key).second) fail(place, fmt::format("{}: key \"{}\" twice", what_, key));
      reader->second.first(entry.second);
    }
    for (const auto& [key, reader] : readers_) {
      if (reader.second && !seen.contains(key)) {
        fail(place_of(file_, node_.Mark()), fmt::format("{}: key \"{}\" is missing", what_, key));
      }
    }
  }

 private:
  Table& add(const std::string& key, Reader reader, bool is_required) {
    readers_.emplace(key, std::pair(std::move(reader), is_required));
    return *this;
  }
  std::string known() const {
    std::string list;
    for (const auto& [key, reader] : readers_) list += (list.empty() ? "" : ", ") + key;
    return list;
  }

  YAML::Node node_;
  std::string file_, what_;
  std::map<std::string, std::pair<Reader, bool>> readers_;
};

/// Readers of one file: each checks the YAML type and names the place when it is another.
struct Readers {
  std::string file;

  Table::Reader text(std::string& out) const {
    return [this, &out](const YAML::Node& node) { out = scalar(node); };
  }
  Table::Reader text(std::string& out, Place& place) const {
    return [this, &out, &place](const YAML::Node& node) {
      place = place_of(file, node.Mark());
      out = scalar(node);
    };
  }
  Table::Reader texts(std::vector<std::string>& out) const {
    return [this, &out](const YAML::Node& node) {
      if (!node.IsSequence()) fail(place_of(file, node.Mark()), "a list of strings is expected");
      for (const auto& item : node) out.push_back(scalar(item));
    };
  }
  std::string scalar(const YAML::Node& node) const {
    if (!node.IsScalar()) fail(place_of(file, node.Mark()), "a string is expected");
    return node.Scalar();
  }
  /// true/false and whole numbers when unquoted; everything else is a string.
  Value value(const YAML::Node& node) const {
    const auto written = scalar(node);
    if (node.Tag() == "!") return written;
    if (written == "true" || written == "false") return written == "true";
    if (std::int64_t number = 0; YAML::convert<std::int64_t>::decode(node, number)) return number;
    return written;
  }
};

void check_pattern(const Place& place, const char* key, const std::string& pattern) {
  if (std::count(pattern.begin(), pattern.end(), '*') != 1) {
    fail(place, fmt::format("{}: exactly one '*' is expected in \"{}\"", key, pattern));
  }
}

NodeRule parse_node(const YAML::Node& node, const Readers& as) {
  NodeRule rule;
  rule.place = place_of(as.file, node.Mark());
  std::string role;
  Table(node, as.file, "nodes")
      .required("test", as.text(rule.test))
      .optional("each", as.text(rule.each))
      .optional("except", as.texts(rule.except))
      .optional("when", as.text(rule.when))
      .optional("role", as.text(role))
      .optional("groups", as.texts(rule.groups))
      .read();
  if (!rule.each.empty()) {
    check_pattern(rule.place, "each", rule.each);
    check_pattern(rule.place, "test", rule.test);
  }
  if (!role.empty() && role != "service") {
    fail(rule.place, fmt::format("role \"{}\": only \"service\" can be said", role),
         "leave role out for nodes that run tests");
  }
  rule.service = role == "service";
  return rule;
}

VariableRule parse_variable(const YAML::Node& node, const Readers& as) {
  VariableRule rule;
  rule.place = place_of(as.file, node.Mark());
  Table(node, as.file, "variables")
      .required("name", as.text(rule.name))
      .optional("from", as.text(rule.from))
      .optional("join", as.text(rule.join))
      .optional("value", [&](const YAML::Node& literal) { rule.value = as.scalar(literal); })
      .optional("when", as.text(rule.when))
      .optional("unless", as.text(rule.unless))
      .read();
  const int sources = !rule.from.empty() + !rule.join.empty() + rule.value.has_value();
  if (sources != 1) {
    fail(rule.place, fmt::format("variable {}: exactly one of from, join, value is expected", rule.name));
  }
  if (!rule.join.empty()) check_pattern(rule.place, "join", rule.join);
  return rule;
}

template <class Rule>
Table::Reader list_of(std::vector<Rule>& out, Rule (*parse)(const YAML::Node&, const Readers&),
                      const Readers& as) {
  return [&out, parse, &as](const YAML::Node& node) {
    if (!node.IsSequence()) fail(place_of(as.file, node.Mark()), "a list is expected");
    for (const auto& item : node) out.push_back(parse(item, as));
  };
}

}  // namespace

Workflow parse_workflow(const std::string& text, const std::string& file) {
  const Readers as{file};
  Workflow workflow;
  try {
    Table(YAML::Load(text), file, "workflow")
        .required("name", as.text(workflow.name, workflow.place))
        .required("description", as.text(workflow.description))
        .required("enable", as.text(workflow.enable, workflow.enable_place))
        .required("test_suites", as.texts(workflow.test_suites))
        .required("groups", as.texts(workflow.groups))
        .required("nodes", list_of(workflow.nodes, parse_node, as))
        .optional("node_group_prefix", as.text(workflow.node_group_prefix))
        .optional("variables", list_of(workflow.variables, parse_variable, as))
        .optional("nixos_options",
                  [&](const YAML::Node& node) {
                    if (!node.IsMap()) fail(place_of(file, node.Mark()), "a map is expected");
                    for (const auto& entry : node) {
                      workflow.nixos_options.emplace_back(as.scalar(entry.first),
                                                          as.value(entry.second));
                    }
                  })
        .read();
  } catch (const YAML::ParserException& e) {
    fail(place_of(file, e.mark), "not valid YAML: " + e.msg);
  }
  return workflow;
}

std::vector<Workflow> read_workflows(const support::Files& files, const std::string& directory) {
  std::vector<Workflow> workflows;
  for (const auto& name : files.list(directory)) {
    const std::string file = directory + "/" + name + "/workflow.yaml";
    const auto text = files.read(file);
    if (!text) {
      if (!files.exists(directory + "/" + name + "/Kconfig")) continue;
      fail(file, "the workflow has a Kconfig, but this file is missing", "docs/adding-a-workflow.md says what is in it");
    }
    workflows.push_back(parse_workflow(*text, file));
    const auto& workflow = workflows.back();
    if (workflow.name != name) {
      fail(workflow.place, fmt::format("name \"{}\" differs from its folder \"{}\"", workflow.name, name));
    }
  }
  return workflows;
}

}  // namespace kdevops::plan
