// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kdevops::support {

/// One verb of a tool. `setup` adds its options to the CLI11 sub-command and returns what runs
/// when the verb was chosen. The same table makes --help, shell completion and the man page.
struct Verb {
  const char* name;
  const char* help;
  std::function<std::function<int()>(CLI::App&)> setup;
};

struct Tool {
  const char* name;
  const char* summary;                 ///< one line
  std::vector<Verb> verbs;             ///< empty name: the tool itself, without a verb
};

/// Parses, runs the verb, prints an Error as its text on stderr, returns the exit code.
/// Adds --version, and the hidden verbs `completion bash|zsh|fish` and `man`.
int run_tool(const Tool& tool, int argc, char** argv);

/// The version string of this build, e.g. "0.1.0".
const char* version();

}  // namespace kdevops::support
