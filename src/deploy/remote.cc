// SPDX-License-Identifier: GPL-2.0-or-later
#include "deploy/remote.h"

#include <utility>

#include <fmt/format.h>

#include "support/error.h"
#include "support/files.h"

namespace kdevops::deploy {

using support::Error;
using support::ExitCode;

namespace {

/// ssh's own exit status when it could not log in.
constexpr int no_connection = 255;

std::string last_line(const std::string& text) {
  const auto end = text.find_last_not_of("\r\n");
  if (end == std::string::npos) return "ssh says nothing";
  const auto begin = text.find_last_of("\r\n", end);
  return text.substr(begin + 1, end - begin);
}

}  // namespace

Remote::Remote(support::Processes& processes, const plan::Ssh& ssh_plan, std::string host, const std::string& user)
    : processes_(processes), host_(std::move(host)) {
  if (host_.empty() || host_.front() == '-') {
    throw Error(ExitCode::configuration, fmt::format("\"{}\" is no host name", host_), "KDEVOPS_DECLARED_HOSTS");
  }
  const std::vector<std::string> common{"-o", "BatchMode=yes", "-o", "ConnectTimeout=10"};
  const auto login = [&](const std::string& name, bool fleet) {
    options_ = common;
    if (fleet) {
      for (const auto& word : {std::string("-o"), "IdentityFile=" + support::expand_home(ssh_plan.key),
                               std::string("-o"), "Port=" + std::to_string(ssh_plan.port)}) {
        options_.push_back(word);
      }
    }
    target_ = name.empty() ? host_ : name + "@" + host_;
    return ssh("exit 0\n");
  };
  auto result = user.empty() ? login(ssh_plan.user, true) : login(user, false);
  const auto refused = [&] {
    return result.status == no_connection && (result.err.find("Permission denied") != std::string::npos ||
                                              result.err.find("Connection refused") != std::string::npos);
  };
  // Before the first deployment nobody there knows the fleet's user, its key or its port.
  if (user.empty() && refused()) result = login("", false);
  if (result.status == 0) return;
  throw Error(ExitCode::host_not_ready, fmt::format("no login by SSH: {}", last_line(result.err)), host_,
              fmt::format("this must work without a password: ssh {} true\n"
                          "DEPLOY_USER=<name> chooses whom to log in as",
                          target_));
}

support::ProcessResult Remote::ssh(const std::string& script) const {
  support::Command command{.argv = {"ssh"}, .input = script};
  command.argv.insert(command.argv.end(), options_.begin(), options_.end());
  command.argv.insert(command.argv.end(), {"--", target_, "sh", "-s"});
  return processes_.run(command);
}

std::string Remote::run(const std::string& script) const {
  const auto result = ssh(script);
  if (result.status == 0) return result.out;
  throw Error(ExitCode::failed, fmt::format("a command there ended with status {}: {}", result.status,
                                            last_line(result.err)),
              host_);
}

}  // namespace kdevops::deploy
