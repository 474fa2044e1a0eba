// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.h"
#include "support/process.h"

namespace kdevops::kernel {

/// A Linux kernel's configuration, or a fragment of one: symbols without CONFIG_, values as written
/// ("y", "m", "0x10", "\"text\""); "n" for "is not set".
using Config = std::map<std::string, std::string>;

/// Unlike our own .config, this one is other people's: lines that are no setting are passed over. With
/// `strict` they throw Error (configuration) with file:line, as a fragment of ours may not have any.
Config parse_config(std::string_view text, const std::string& where, bool strict = false);

/// The .config at `path`, or the one inside a kernel image built with CONFIG_IKCONFIG (bzImage, Image,
/// vmlinux, also compressed; `processes` runs gzip, xz, zstd or lz4). Throws Error naming the path when
/// there is neither.
Config read_config(const std::string& path, const support::Files& files, support::Processes& processes);

/// A symbol that was asked for and did not become so.
struct Lost {
  std::string symbol, wanted, got;  ///< got: "no such symbol" or a value
};

/// What of `wanted` is not in `result`. y satisfies m; an absent symbol is n.
std::vector<Lost> lost(const Config& wanted, const Config& result);

}  // namespace kdevops::kernel
