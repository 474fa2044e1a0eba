// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "plan/plan.h"
#include "support/files.h"

namespace kdevops::kernel {

/// A kernel that is ready to boot: all that the fleet reads about kernels from outside Nix. Written by
/// `make linux`, or by `nixos-kernel record` for one that was built in another way. Paths are absolute.
struct Record {
  std::string release;   ///< what uname -r will say
  std::string image;     ///< what QEMU loads: bzImage, Image.gz
  std::string config;    ///< its .config
  std::string modules;   ///< the directory that holds <release>/, shared with guests as /lib/modules
  std::string vmlinux;   ///< with symbols, for gdb; may be empty
  std::string source;    ///< may be empty
  std::string build;     ///< O=, with vmlinux-gdb.py; may be empty
  bool operator==(const Record&) const = default;
};

std::string to_json(const Record& record);
/// Throws Error (configuration) at `where`, naming the member.
Record from_json(const std::string& text, const std::string& where);

/// The record of plan.linux's kernel `name`. Throws Error (host_not_ready) that tells to run `make linux`
/// when there is none, or when what it names is gone.
Record load_record(const plan::Linux& linux, const std::string& name, const support::Files& files);

}  // namespace kdevops::kernel
