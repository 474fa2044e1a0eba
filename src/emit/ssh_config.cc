// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/ssh_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::emit {

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

[[noreturn]] void refuse(std::string_view what, std::string_view value, std::string_view why,
                         std::string hint) {
  // The value may be long or hold terminal control sequences; neither belongs in a message.
  std::string shown;
  for (const char c : value.substr(0, 60)) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  if (value.size() > 60) shown += "...";
  throw support::Error(support::ExitCode::configuration,
                       fmt::format("{} '{}' {}", what, shown, why), {}, std::move(hint));
}

/// Refuses what no ssh_config argument can hold.
void check_bytes(std::string_view value, std::string_view what) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (value.empty()) refuse(what, value, "is empty", "give it a value");
  if (std::any_of(value.begin(), value.end(), is_control)) {
    refuse(what, value, "holds a control character", "ssh_config has no way to write one");
  }
  if (value.find("${") != value.npos) {
    refuse(what, value, "holds \"${\", which ssh expands as an environment variable",
           "ssh_config has no escape for it: choose another name");
  }
}

/// One argument for ssh's own splitting, where \ " ' and blanks are special.
std::string quote(std::string_view value) {
  const bool plain = std::none_of(value.begin(), value.end(), [](char c) {
    return c == ' ' || c == '"' || c == '\'' || c == '\\' || c == '#' || c == '=';
  });
  if (plain) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string word(std::string_view value, std::string_view what, std::string_view also) {
  check_bytes(value, what);
  if (value.front() == '-') {
    refuse(what, value, "starts with \"-\", which programs take for an option", "choose another name");
  }
  for (const char c : value) {
    if (!is_word(c) && also.find(c) == also.npos) {
      refuse(what, value, fmt::format("holds \"{}\"", c),
             fmt::format("only letters, digits and \"._-{}\" are allowed here", also));
    }
  }
  return std::string(value);
}

std::string double_percent(std::string_view value) {
  std::string out;
  for (const char c : value) out.append(c == '%' ? 2 : 1, c);
  return out;
}

}  // namespace

std::string to_text(const SshStanza& stanza) {
  std::string text = fmt::format("Host {}\n", fmt::join(stanza.aliases, " "));
  for (const auto& [keyword, value] : stanza.options) {
    text += fmt::format("    {} {}\n", keyword, value);
  }
  return text;
}

std::string ssh_path(std::string_view value, std::string_view what) {
  check_bytes(value, what);
  return quote(double_percent(value));
}

std::string ssh_include(std::string_view value, std::string_view what) {
  check_bytes(value, what);
  std::string pattern;
  for (const char c : value) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return quote(pattern);
}

std::string ssh_alias(std::string_view value, std::string_view what) {
  return word(value, what, "");
}

std::string ssh_host_name(std::string_view value, std::string_view what) {
  return double_percent(word(value, what, ":%"));
}

std::string ssh_user(std::string_view value, std::string_view what) {
  return word(value, what, "@+");
}

std::string fleet_config_text(const plan::Plan& plan,
                              const std::map<std::string, std::string>& address_by_node) {
  std::string text;
  for (const auto& node : plan.nodes) {
    const auto found = address_by_node.find(node.name);
    const auto& address = found == address_by_node.end() ? node.name : found->second;
    if (!text.empty()) text += '\n';
    text += to_text({{ssh_alias(node.name, "the node name")},
                     {{"HostName", ssh_host_name(address, "the address of node " + node.name)},
                      {"Port", std::to_string(plan.ssh.port)},
                      {"User", ssh_user(plan.ssh.user, "CONFIG_NIXOS_SSH_USER")},
                      {"IdentityFile", ssh_path(plan.ssh.key, "the path of the SSH key")},
                      // An agent full of other keys would use up sshd's MaxAuthTries first.
                      {"IdentitiesOnly", "yes"},
                      // A connection to a node that is gone would hang for hours, and Ansible
                      // shares it with the next node of that name.
                      {"ServerAliveInterval", "10"},
                      {"ServerAliveCountMax", "6"},
                      {"StrictHostKeyChecking", "no"},
                      {"UserKnownHostsFile", "/dev/null"},
                      {"LogLevel", "ERROR"}}});
  }
  return text;
}

}  // namespace kdevops::emit
