// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "ssh/config_file.h"
#include "support/cli.h"
#include "support/error.h"

using namespace kdevops;

namespace {

struct Arguments {
  std::vector<std::string> words;
  std::optional<std::uint32_t> vsock_cid;
  std::string transport = "vsock";
};

std::shared_ptr<Arguments> add_arguments(CLI::App& app) {
  auto arguments = std::make_shared<Arguments>();
  app.add_option("words", arguments->words,
                 "as kdevops calls it: the host's alias, its address, port and user (empty: "
                 "localhost, 22, kdevops), the ssh config, the private key, and a tag (NixOS VM)")
      ->required()
      ->expected(2, 7)
      ->option_text("HOST [IP [PORT [USER]]] CONFIG [KEY [TAG]]");
  app.add_option("--vsock-cid", arguments->vsock_cid, "also reach the host over vsock, as this CID")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{3}, std::uint32_t{0xfffffffe}));
  app.add_option("--default-transport", arguments->transport,
                 "which of the two the plain name uses, when there is a CID")
      ->check(CLI::IsMember({"vsock", "tcp"}))
      ->capture_default_str();
  return arguments;
}

/// The words by position. CONFIG is the one that must be there: fewer words leave out the user,
/// the port and the address first, as kdevops's own parser does.
struct Parsed {
  ssh::Entry entry;
  std::string config;
};

Parsed parse(const Arguments& arguments) {
  const auto& words = arguments.words;
  const std::size_t config = std::min<std::size_t>(words.size() - 1, 4);
  const auto at = [&](std::size_t i, bool there, const char* fallback) {
    return there && i < words.size() && !words[i].empty() ? words[i] : std::string(fallback);
  };
  ssh::Entry entry;
  entry.host = words[0];
  entry.address = at(1, config > 1, "localhost");
  entry.port = at(2, config > 2, "22");
  entry.user = at(3, config > 3, "kdevops");
  entry.key = at(5, true, "");
  entry.tag = at(6, true, "NixOS VM");
  entry.vsock_cid = arguments.vsock_cid;
  entry.default_transport =
      arguments.transport == "tcp" ? ssh::Transport::tcp : ssh::Transport::vsock;
  return {entry, words[config]};
}

std::string proxy() {
  std::string searched;
  if (const auto found = ssh::find_ssh_proxy(&searched)) return *found;
  static constexpr const char* kUsual = "/usr/lib/systemd/systemd-ssh-proxy";
  fmt::print(stderr,
             "nixos-ssh-config: warning: no systemd-ssh-proxy on this machine (looked at {}); "
             "writing {}\n  vsock works once systemd 256 or later is installed\n",
             searched, kUsual);
  return kUsual;
}

std::function<int()> update_host(CLI::App& app) {
  return [arguments = add_arguments(app)] {
    auto [entry, config] = parse(*arguments);
    if (entry.vsock_cid) entry.proxy = proxy();
    const bool changed = ssh::edit_config(config, [&entry = entry](const auto& text) {
      return ssh::update_entry(text.value_or(""), entry);
    });
    fmt::print(stderr, "{}: {} {}\n", config, entry.host, changed ? "updated" : "is up to date");
    return 0;
  };
}

std::function<int()> remove_host(CLI::App& app) {
  return [arguments = add_arguments(app)] {
    const auto [entry, config] = parse(*arguments);
    const bool changed =
        ssh::edit_config(config, [&entry = entry](auto text) -> std::optional<std::string> {
          if (!text) return std::nullopt;
          return ssh::remove_entry(*text, entry.tag, entry.host);
        });
    fmt::print(stderr, "{}: {} {}\n", config, entry.host, changed ? "removed" : "was not there");
    return 0;
  };
}

}  // namespace

int main(int argc, char** argv) {
  return support::run_tool({"nixos-ssh-config",
                            "Entries of nodes in a user's ssh config",
                            {{"update", "Write the entries of a host", update_host},
                             {"remove", "Take them out", remove_host}}},
                           argc, argv);
}
