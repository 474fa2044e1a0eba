// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "plan/plan.h"

namespace kdevops::plan {

/// A virtiofs share as a guest sees it. Which directory is behind the tag, its hypervisor decides.
struct GuestMount {
  std::string mount_point;
  std::string tag;
  std::vector<std::string> options;
  bool operator==(const GuestMount&) const = default;
};

/// The closure of one guest, asked for without a .config.
struct ClosureRequest {
  System system;                      ///< imageless; its name is its host name; no shares (see mounts)
  std::string user;                   ///< unprivileged account
  std::vector<std::string> ssh_keys;  ///< of that account and of root
  std::vector<GuestMount> mounts;
  std::string home;                   ///< root's home directory; empty: /root
  bool update_lock = false;           ///< lock the library anew
  bool operator==(const ClosureRequest&) const = default;
};

/// Reads a request as closure_request_schema() describes it; {} asks for everything. Throws Error
/// (configuration) whose where() is `file`#<JSON pointer> of what is wrong.
ClosureRequest parse_closure_request(const std::string& text, const std::string& file);

/// The JSON Schema (2020-12) of a request: docs/closure-request.schema.json.
std::string closure_request_schema();

}  // namespace kdevops::plan
