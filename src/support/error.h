// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace kdevops::support {

/// Process exit codes shared by every tool; documented in each tool's man page.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  usage = 2,
  configuration = 3,
  host_not_ready = 4,
  deadline_passed = 5,
  guest_crashed = 6,
  interrupted = 130,
};

/// The one exception type that reaches the user.
///
/// `what()` says what failed, on which object, and why; `where()` is "file:line" (or a file, a
/// node, a domain) and may be empty; `hint()` says what to do next and may be empty.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string what, std::string where = {}, std::string hint = {});

  const char* what() const noexcept override { return what_.c_str(); }
  const std::string& where() const noexcept { return where_; }
  const std::string& hint() const noexcept { return hint_; }
  ExitCode code() const noexcept { return code_; }

  /// The text printed to stderr: "<tool>: <where>: <what>\n  <hint>\n".
  std::string render(std::string_view tool) const;

 private:
  ExitCode code_;
  std::string what_, where_, hint_;
};

/// "<call>: <strerror(errno)>" as an Error with ExitCode::failed; `where` names the object.
[[nodiscard]] Error system_error(std::string_view call, std::string where, int errno_value);

}  // namespace kdevops::support
