// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::emit {

struct Generated {
  std::string bytes;
  mode_t mode = 0644;
};

/// Every generated file of the plan: path relative to the tree -> bytes. Pure but for reading the
/// templates below <topdir>/templates.
std::map<std::string, Generated> generate(const plan::Plan& plan, const support::Files& files,
                                          const std::string& topdir);

struct Changes {
  std::vector<std::string> written, removed;  ///< relative paths, sorted
  bool empty() const { return written.empty() && removed.empty(); }
};

/// What commit() would do.
Changes compare(const std::map<std::string, Generated>& tree, const support::Files& files,
                const std::string& root);

/// Writes what differs below `root` and removes what an earlier plan generated and this one does
/// not. Files that other tools put beside the generated ones (flake.lock, result, authorized_keys)
/// stay with their system and go with it.
Changes commit(const std::map<std::string, Generated>& tree, support::Files& files,
               const std::string& root);

}  // namespace kdevops::emit
