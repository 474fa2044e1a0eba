// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kdevops::support {

/// One program to run. argv only: nothing of it ever meets a shell.
struct Command {
  std::vector<std::string> argv{};           ///< argv[0] is looked up in PATH
  std::string directory{};                   ///< working directory; empty: ours
  std::map<std::string, std::string> environment{};///< added to or replacing ours
  std::string input{};                       ///< standard input; empty: /dev/null
  bool inherit_output = false;               ///< stdout and stderr go straight to ours
  std::optional<std::chrono::milliseconds> timeout{};///< then SIGTERM, 2 s later SIGKILL
  /// Called with each complete line of stderr as it arrives (without "\n").
  std::function<void(const std::string&)> on_error_line{};
  /// The same for stdout. Lines of the two may change places.
  std::function<void(const std::string&)> on_output_line{};
};

struct ProcessResult {
  int status = -1;         ///< exit status; 128+N when ended by signal N
  std::string out;         ///< captured stdout (empty with inherit_output)
  std::string err;         ///< captured stderr
  bool timed_out = false;
};

/// The process seam. Children inherit no descriptor but 0, 1 and 2.
class Processes {
 public:
  virtual ~Processes() = default;
  /// Runs to the end. Throws Error (host_not_ready) when argv[0] cannot be executed, naming it.
  virtual ProcessResult run(const Command& command, std::stop_token stop = {}) = 0;
  /// run(), and a non-zero status is an Error with the command and its last stderr lines.
  ProcessResult check(const Command& command, std::stop_token stop = {});
};

class RealProcesses final : public Processes {
 public:
  ProcessResult run(const Command& command, std::stop_token stop) override;
};

/// For tests: answers from a function, remembers every command.
class FakeProcesses final : public Processes {
 public:
  ProcessResult run(const Command& command, std::stop_token stop) override;
  std::function<ProcessResult(const Command&)> answer;
  std::vector<Command> commands;
};

/// Replaces this process by `argv` (execvp). Returns only by throwing.
[[noreturn]] void replace_process(const std::vector<std::string>& argv);

/// argv as one line a user can paste into a shell (POSIX quoting), for messages.
std::string shell_quote(const std::vector<std::string>& argv);

}  // namespace kdevops::support
