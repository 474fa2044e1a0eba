// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/record.h"

#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "support/error.h"

namespace kdevops::kernel {

using support::Error;
using support::ExitCode;

namespace {

struct Member {
  const char* name;
  std::string Record::*value;
  bool path, required;
};

constexpr std::array<Member, 7> members{{
    {"release", &Record::release, false, true},
    {"image", &Record::image, true, true},
    {"config", &Record::config, true, true},
    {"modules", &Record::modules, true, true},
    {"vmlinux", &Record::vmlinux, true, false},
    {"source", &Record::source, true, false},
    {"build", &Record::build, true, false},
}};

}  // namespace

std::string to_json(const Record& record) {
  nlohmann::ordered_json data;
  for (const auto& member : members) data[member.name] = record.*member.value;
  return data.dump(2) + "\n";
}

Record from_json(const std::string& text, const std::string& where) {
  const char* hint = "write it anew with: make linux, or nixos-kernel record";
  const auto data = nlohmann::json::parse(text, nullptr, false);
  if (!data.is_object()) throw Error(ExitCode::configuration, "is no record of a kernel", where, hint);
  Record record;
  for (const auto& member : members) {
    const auto it = data.find(member.name);
    if (it == data.end() && !member.required) continue;
    if (it == data.end() || !it->is_string()) {
      throw Error(ExitCode::configuration, fmt::format("\"{}\" is missing or no string", member.name), where, hint);
    }
    auto& value = record.*member.value;
    value = it->get<std::string>();
    if (value.empty() ? member.required : member.path && value.front() != '/') {
      throw Error(ExitCode::configuration,
                  fmt::format("\"{}\": \"{}\" is {}", member.name, value, member.path ? "no absolute path" : "empty"),
                  where, hint);
    }
  }
  return record;
}

Record load_record(const plan::Linux& linux, const std::string& name, const support::Files& files) {
  const auto path = linux.record(name);
  const auto text = files.read(path);
  if (!text) {
    throw Error(ExitCode::host_not_ready, fmt::format("the {} kernel has not been built", name), path,
                fmt::format("run: make linux{}\n(or name one of yours: nixos-kernel record {} --help)",
                            linux.refs.size() > 1 ? "-" + name : "", name));
  }
  auto record = from_json(*text, path);
  for (const auto& member : members) {
    const auto& value = record.*member.value;
    if (!member.path || !member.required || files.exists(value)) continue;
    throw Error(ExitCode::host_not_ready, fmt::format("the {} kernel's {} is gone: {}", name, member.name, value), path,
                "build it again: make linux");
  }
  return record;
}

}  // namespace kdevops::kernel
