// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "plan/plan.h"
#include "support/error.h"

// nlohmann::ordered_json keeps the members in the order of the structs, so plan.json reads as
// plan.h does and its bytes do not depend on a hash.
namespace kdevops::plan {

using Json = nlohmann::ordered_json;
using support::Error;
using support::ExitCode;

// The library's own macro of this kind knows the unordered json only.
#define KDEVOPS_JSON(Type, ...)                                                               \
  static void to_json(Json& nlohmann_json_j, const Type& nlohmann_json_t) {                   \
    nlohmann_json_j = Json::object();                                                         \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, __VA_ARGS__))                  \
  }                                                                                           \
  static void from_json(const Json& nlohmann_json_j, Type& nlohmann_json_t) {                 \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_FROM, __VA_ARGS__))                \
  }

NLOHMANN_JSON_SERIALIZE_ENUM(Role, {{Role::baseline, "baseline"}, {Role::dev, "dev"}, {Role::service, "service"}})

KDEVOPS_JSON(Instance, topdir, tree, id, key_name)
KDEVOPS_JSON(Drive, serial, bus, format, size_bytes, logical_block_size,
                                   physical_block_size)
KDEVOPS_JSON(Node, name, role, test, system, mac, kernel, gdb_port, drives, directory)
KDEVOPS_JSON(Kernel, flavor, series, source, fragments, ccache)
KDEVOPS_JSON(Share, mount_point, tag, directory, driver, read_only, msize, security_model)
KDEVOPS_JSON(SourceOverride, package, url)
KDEVOPS_JSON(LinuxRef, name, ref, localversion)
KDEVOPS_JSON(Linux, enabled, url, refs, depth, tree, build, destdir, fragments, compiler, ccache)
KDEVOPS_JSON(Group, name, hosts, interpreter)
KDEVOPS_JSON(Libvirt, uri, network, storage, emulator, machine, qemu_group,
                                   host_passthrough, vcpus, memory_mib, aio_mode, cache_mode, vnc,
                                   gdb, accelerator)
KDEVOPS_JSON(Deadlines, lease, ssh, shutdown)
KDEVOPS_JSON(Ssh, user, port, key, config, fleet_config, update_config)
KDEVOPS_JSON(Nix, library, nixpkgs_url, standin, flakes, channel, use_local_mirror, mirror_url)

namespace {

Json value_to_json(const Value& value) {
  struct {
    Json operator()(bool b) const { return b; }
    Json operator()(std::int64_t n) const { return n; }
    Json operator()(const Hex& h) const { return {{"hex", h.digits}}; }
    Json operator()(const std::string& s) const { return s; }
  } visitor;
  return std::visit(visitor, value);
}

Value value_from_json(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_object()) return Hex{json.at("hex").get<std::string>()};
  return json.get<std::string>();
}

/// An ordered list of pairs, as a JSON object.
template <class T, class Convert>
Json pairs_to_json(const std::vector<std::pair<std::string, T>>& pairs, Convert convert) {
  Json::object_t object;
  // Names are unique already; push_back keeps ordered_json from searching for each of them.
  for (const auto& [name, value] : pairs) object.emplace_back(name, convert(value));
  return object;
}

template <class T, class Convert>
std::vector<std::pair<std::string, T>> pairs_from_json(const Json& json, Convert convert) {
  std::vector<std::pair<std::string, T>> pairs;
  for (const auto& [name, value] : json.items()) pairs.emplace_back(name, convert(value));
  return pairs;
}

Json text_to_json(const std::string& text) { return text; }
std::string text_from_json(const Json& json) { return json.get<std::string>(); }

}  // namespace

static void to_json(Json& json, const System& s) {
  json = Json{{"name", s.name},
          {"platform", s.platform},
          {"backend", s.backend},
          {"host_name", s.host_name},
          {"profiles", s.profiles},
          {"test_suites", s.test_suites},
          {"disk_size_mib", s.disk_size_mib},
          {"efi", s.efi},
          {"kernel", s.kernel},
          {"shares", s.shares},
          {"overrides", s.overrides},
          {"options", pairs_to_json(s.options, value_to_json)},
          {"custom_module", s.custom_module}};
}

static void from_json(const Json& json, System& s) {
  json.at("name").get_to(s.name);
  json.at("platform").get_to(s.platform);
  json.at("backend").get_to(s.backend);
  json.at("host_name").get_to(s.host_name);
  json.at("profiles").get_to(s.profiles);
  json.at("test_suites").get_to(s.test_suites);
  json.at("disk_size_mib").get_to(s.disk_size_mib);
  json.at("efi").get_to(s.efi);
  json.at("kernel").get_to(s.kernel);
  json.at("shares").get_to(s.shares);
  json.at("overrides").get_to(s.overrides);
  s.options = pairs_from_json<Value>(json.at("options"), value_from_json);
  json.at("custom_module").get_to(s.custom_module);
}

static void to_json(Json& json, const Ansible& a) {
  json = Json{{"defaults", pairs_to_json(a.defaults, text_to_json)},
          {"ssh_connection", pairs_to_json(a.ssh_connection, text_to_json)},
          {"groups", a.groups},
          {"variables", pairs_to_json(a.variables, value_to_json)}};
}

static void from_json(const Json& json, Ansible& a) {
  a.defaults = pairs_from_json<std::string>(json.at("defaults"), text_from_json);
  a.ssh_connection = pairs_from_json<std::string>(json.at("ssh_connection"), text_from_json);
  json.at("groups").get_to(a.groups);
  a.variables = pairs_from_json<Value>(json.at("variables"), value_from_json);
}

KDEVOPS_JSON(Plan, tool_version, instance, bringup, hosts_prefix, workflow,
                                   baseline_and_dev, controller_python, nix, libvirt, linux, deadlines, ssh,
                                   systems, nodes, ansible)

std::string to_json(const Plan& plan) { return Json(plan).dump(2) + "\n"; }

Plan from_json(const std::string& text) {
  try {
    return Json::parse(text).get<Plan>();
  } catch (const Json::exception& e) {
    throw Error(ExitCode::configuration, fmt::format("not a plan of this tool: {}", e.what()),
                "plan.json", "run make to write it again");
  }
}

const char* to_string(Role role) {
  switch (role) {
    case Role::baseline: return "baseline";
    case Role::dev: return "dev";
    case Role::service: return "service";
  }
  return "";
}

const Node& Plan::node(const std::string& name) const {
  std::string known;
  for (const auto& candidate : nodes) {
    if (candidate.name == name) return candidate;
    if (known.size() < 400) known += (known.empty() ? "" : " ") + candidate.name;
  }
  throw Error(ExitCode::usage, fmt::format("there is no node \"{}\"", name), "",
              nodes.empty() ? "this configuration brings up no nodes" : "nodes: " + known);
}

const System& Plan::system(const std::string& name) const {
  for (const auto& candidate : systems) {
    if (candidate.name == name) return candidate;
  }
  throw Error(ExitCode::failed, fmt::format("the plan has no system \"{}\"", name), "plan.json");
}

}  // namespace kdevops::plan
