// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/record.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "results/text.h"

namespace kdevops::results {

namespace {

std::string text_of(const nlohmann::json& object, const char* key) {
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

std::string how_it_ended(int status) {
  if (status == 124) return "did not end in time and was killed";
  // A shell's (and timeout's) way of saying "by signal"; Ansible says it with a minus.
  const int signal = status > 128 ? status - 128 : status < 0 ? -status : 0;
  if (signal > 0 && signal < NSIG) return fmt::format("was ended by signal {} ({})", signal, strsignal(signal));
  return fmt::format("ended with status {}", status);
}

std::optional<Record> read_record(const support::Files& files, const std::string& directory,
                                  std::string& problem) {
  const auto bytes = read_text(files, directory + "/run.json", problem);
  if (!bytes) return std::nullopt;
  const auto json = nlohmann::json::parse(*bytes, nullptr, false);
  if (!json.is_object()) {
    problem = "run.json is cut or edited: fetch the results again, or remove it to read the suite's "
              "own files alone";
    return std::nullopt;
  }
  Record record;
  record.suite = text_of(json, "workflow");
  record.node = text_of(json, "node");
  record.role = text_of(json, "role");
  record.test = text_of(json, "test");
  record.kernel = text_of(json, "kernel");
  record.failure = text_of(json, "failure");
  record.format = text_of(json, "format");
  if (const auto it = json.find("exit_status"); it != json.end() && it->is_number_integer()) {
    record.exit_status = it->get<int>();
  }
  if (const auto it = json.find("settings"); it != json.end() && it->is_object()) {
    for (const auto& [key, value] : it->items()) {
      // Our playbooks write none, and to print nested ones takes a stack as deep as they are.
      if (value.is_structured()) continue;
      record.settings[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  return record;
}

void apply_record(const Record& record, Test& test) {
  std::string known;
  if (!record.failure.empty()) {
    known = record.failure;
  } else if (record.exit_status.value_or(0) != 0) {
    known = fmt::format("{} {}", record.suite, how_it_ended(*record.exit_status));
  }
  if (known.empty()) return;
  test.reason = test.reason.empty() ? known : fmt::format("{}; {}", known, test.reason);
  test.verdict = Verdict::failed;
}

}  // namespace kdevops::results
