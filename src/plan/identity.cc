// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/identity.h"

#include <fmt/format.h>

#include "support/hash.h"

namespace kdevops::plan {

using support::sha256_hex;

std::string instance_id(std::string_view tree) { return sha256_hex(tree).substr(0, 8); }

std::string key_name(std::string_view tree) {
  const auto last = tree.rfind('/');
  // Python's "/kdevops".split("/") has an empty first part, and it is kept.
  const auto before = last == 0 || last == std::string_view::npos ? std::string_view::npos
                                                                  : tree.rfind('/', last - 1);
  std::string suffix(before == std::string_view::npos ? tree : tree.substr(before + 1));
  for (char& c : suffix) c = c == '/' ? '-' : c;
  return fmt::format("kdevops-nixos-{}-{}", suffix, instance_id(tree));
}

std::string fleet_config_path(std::string_view prefix, std::string_view tree) {
  return fmt::format("{}{}", prefix, sha256_hex(fmt::format("{}\n", tree)));
}

std::string mac_address(std::string_view tree, std::string_view node, int attempt) {
  std::string bytes(tree);
  bytes += '\0';
  bytes += node;
  if (attempt > 0) bytes += fmt::format("\n{}", attempt);
  const auto hex = sha256_hex(bytes);
  return fmt::format("52:54:00:{}:{}:{}", hex.substr(0, 2), hex.substr(2, 2), hex.substr(4, 2));
}

}  // namespace kdevops::plan
