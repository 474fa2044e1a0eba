// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"

namespace kdevops::plan {

// Values of .config with the checks that their use asks for. A value that fails one is an Error
// (configuration) with file, line and symbol; an absent symbol gives the fallback.

/// A whole number within [low, high].
int in_range(const kconfig::Config& config, const std::string& name, int fallback, int low, int high);

/// A string without a line break: it becomes one word or line somewhere that cannot quote one.
std::string single_line(const kconfig::Config& config, const std::string& name, const std::string& fallback);

/// An absolute path from one whose relative form means "below the sources". Empty stays empty.
std::string source_path(const std::string& text, const std::string& topdir);

/// single_line(), and not empty.
std::string required(const kconfig::Config& config, const std::string& name, const std::string& fallback);

/// CONFIG_NIXOS_SSH_USER, a POSIX portable user name: it becomes a NixOS attribute, an ssh option and a
/// home directory.
std::string user_name(const kconfig::Config& config);

/// A path that ssh_config can hold: absolute or below the home directory.
std::string ssh_file(const kconfig::Config& config, const std::string& symbol, const std::string& fallback);

/// One of `allowed`, the first of which is the default.
std::string one_of(const kconfig::Config& config, const std::string& symbol,
                   const std::vector<std::string>& allowed);

/// An interpreter's path, in the characters that Ansible's INI inventory takes as they are: it reads
/// host lines and group variables by different quoting rules.
std::string interpreter(const kconfig::Config& config, const std::string& symbol, const std::string& fallback);

}  // namespace kdevops::plan
