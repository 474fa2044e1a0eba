// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/failures.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::fleet {

using support::Error;
using support::ExitCode;

void Failures::guard(const std::string& node, const std::function<void()>& work) {
  std::optional<Error> error;
  try {
    work();
    return;
  } catch (const Error& e) {
    error = e;
  } catch (const std::exception& e) {
    error = Error(ExitCode::failed, std::string("internal error: ") + e.what(), node);
  }
  const std::lock_guard lock(mutex_);
  if (error->code() == ExitCode::interrupted || context_.stop.stop_requested()) {
    interrupted_ = true;
    return;
  }
  ++count_;
  code_ = std::max(code_, error->code());
  // The only failure is thrown at the end; until another one comes it is not printed here too.
  if (count_ == 2) report(first_node_, *first_);
  if (count_ >= 2) {
    report(node, *error);
  } else {
    first_ = error;
    first_node_ = node;
  }
}

void Failures::report(const std::string& node, const Error& error) const {
  const auto where = error.where().empty() || error.where() == node ? "" : error.where() + ": ";
  const auto hint = error.hint().empty() ? "" : "\n  " + error.hint();
  context_.progress.failed(node, where + error.what() + hint);
}

void Failures::rethrow() const {
  if (interrupted_) {
    throw Error(ExitCode::interrupted, "interrupted", {}, "The next run goes on from here.");
  }
  if (count_ == 1) throw *first_;
  if (count_ > 1) throw Error(code_, fmt::format("{} nodes failed; see above", count_));
}

}  // namespace kdevops::fleet
