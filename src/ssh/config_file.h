// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kdevops::ssh {

enum class Transport { vsock, tcp };

/// What one host's entries in a user's ssh_config say. Values are unescaped.
struct Entry {
  std::string tag = "NixOS VM";  ///< who manages it; part of the marker line
  std::string host;              ///< alias
  std::string address = "localhost";
  std::string port = "22";
  std::string user = "kdevops";
  std::string key;               ///< path of the private key; empty: no IdentityFile line
  std::optional<std::uint32_t> vsock_cid;          ///< adds <host>-vsock and <host>-tcp
  Transport default_transport = Transport::vsock;  ///< which of the two plain <host> means
  std::string proxy;             ///< program of the vsock ProxyCommand
};

/// `config` with the entries of `entry.host` in place of the ones it had under the same tag.
/// ssh takes the first value it finds, so new entries go to the top of the file (behind kdevops's
/// Include lines), before any `Host *` of the user; a user's options before the first Host get a
/// `Host *` of ours above them, so that they keep meaning every host. All other bytes stay.
/// Throws Error (configuration) for values that ssh_config cannot carry.
std::string update_entry(const std::string& config, const Entry& entry);

/// `config` without the entries of `host` under `tag`, and nothing else: not those of <host>-dev.
std::string remove_entry(const std::string& config, std::string_view tag, std::string_view host);

/// Rewrites the file at `path` by `edit` under a lock, atomically; through symbolic links the
/// target is replaced and the links stay. Mode and owner are kept, a new file is 0600 in a 0700
/// directory. `edit` gets nullopt when there is no file and returns nullopt for none to be.
/// Returns true when something changed.
bool edit_config(const std::string& path,
                 const std::function<std::optional<std::string>(std::optional<std::string>)>& edit);

/// systemd-ssh-proxy where this machine has it, or nullopt. `searched` gets the places.
std::optional<std::string> find_ssh_proxy(std::string* searched = nullptr);

}  // namespace kdevops::ssh
