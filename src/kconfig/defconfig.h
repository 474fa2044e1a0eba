// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "kconfig/config.h"
#include "kconfig/dependencies.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::kconfig {

/// One value that somebody asks for.
struct Setting {
  Symbol symbol;
  std::string file;     ///< "command line" for one from there
  std::size_t source;   ///< later sources win over earlier ones
  bool required = true; ///< false: a starting point; it may give way

  /// "file:line", or just the file.
  std::string place() const;
};

/// Where defconfigs and fragments come from.
struct Places {
  std::string topdir;                  ///< the sources: <topdir>/defconfigs
  std::vector<std::string> fragments;  ///< folders searched for <name>.config, in this order

  /// The folders of $KDEVOPS_CONFIG_PATH (a list with colons), ~/.config/kdevops/defconfigs/configs
  /// and <topdir>/defconfigs/configs.
  static Places of(const std::string& topdir, const std::string& config_path, const std::string& home);
};

/// The settings of "<defconfig>[+<fragment>...]", the files in that order. A name that is not
/// there is an Error (configuration) that tells the places and what looks like it.
std::vector<Setting> load(const support::Files& files, const Places& places, const std::string& names);

/// Settings of one file, all from source number `source`.
std::vector<Setting> load_file(const support::Files& files, const std::string& path, std::size_t source);

/// "NAME=value" from the command line. The value of a string needs no quotes.
Setting parse_setting(const std::string& text, const Menu& menu, std::size_t source);

/// Later sources win: for each symbol, and for each choice (a member set to y takes the others'
/// place). Order is that of the first mention. Two members of a choice in one source are an Error.
std::vector<Setting> merge(const std::vector<Setting>& settings, const Menu& menu);

/// As .config has it.
std::string to_text(const std::vector<Setting>& settings);

/// Throws Error (configuration) when a required setting has not become so in `result`; it tells
/// for each one where it was asked for and why it could not be.
void check_survival(const std::vector<Setting>& settings, const Menu& menu, const Config& result);

/// The same for a .config that somebody edited, where values may give way to others: an Error is
/// only what kconfig would have changed although it could be set. Returns a warning for each
/// symbol that does not exist (any more).
std::vector<std::string> check_edit(const std::vector<Setting>& settings, const Menu& menu, const Config& result);

struct Request {
  std::string kconfig = "Kconfig";
  std::string output = ".config";
  std::string scratch = "build";  ///< folder for kconfig-conf's input and output, for one process at a time
};

/// Runs `kconfig-conf --defconfig` on the merged settings in the working directory and checks the
/// outcome. Only then `output` is replaced (and kept as <output>.old); it is left alone when
/// nothing changes.
void write_config(const std::vector<Setting>& settings, const Menu& menu, const Request& request,
                  support::Files& files, support::Processes& processes);

/// Makes `output` whole after an edit or a change of the Kconfig files: new symbols get their
/// defaults, derived ones follow. Returns warnings.
std::vector<std::string> sync_config(const Menu& menu, const Request& request, support::Files& files,
                                     support::Processes& processes);

}  // namespace kdevops::kconfig
