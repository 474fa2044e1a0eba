// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "fleet/context.h"
#include "support/error.h"

namespace kdevops::fleet {

/// Collects what goes wrong with single nodes while the others go on.
class Failures {
 public:
  explicit Failures(const Context& context) : context_(context) {}

  /// Runs `work`; an Error is reported for `node` and kept.
  void guard(const std::string& node, const std::function<void()>& work);
  /// Throws the first failure, or, with several, one Error that counts them, with the gravest exit
  /// code: a crash before a deadline before anything else. An interruption is thrown as such.
  void rethrow() const;

 private:
  void report(const std::string& node, const support::Error& error) const;

  const Context& context_;
  std::mutex mutex_;
  std::optional<support::Error> first_;
  std::string first_node_;
  support::ExitCode code_ = support::ExitCode::ok;
  std::size_t count_ = 0;
  bool interrupted_ = false;
};

}  // namespace kdevops::fleet
