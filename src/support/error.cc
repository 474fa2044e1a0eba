// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/error.h"

#include <cstring>
#include <utility>

namespace kdevops::support {

Error::Error(ExitCode code, std::string what, std::string where, std::string hint)
    : code_(code), what_(std::move(what)), where_(std::move(where)), hint_(std::move(hint)) {
  // Another program's words end in line breaks.
  what_.erase(what_.find_last_not_of('\n') + 1);
}

std::string Error::render(std::string_view tool) const {
  std::string text{tool};
  text += ": ";
  if (!where_.empty()) text += where_ + ": ";
  text += what_ + "\n";
  // Every line of a hint is indented, so that it reads as belonging to the error above it.
  for (std::size_t begin = 0; begin < hint_.size();) {
    const auto end = hint_.find('\n', begin);
    text += "  " + hint_.substr(begin, end - begin) + "\n";
    begin = end == std::string::npos ? hint_.size() : end + 1;
  }
  return text;
}

Error system_error(std::string_view call, std::string where, int errno_value) {
  return Error(ExitCode::failed, std::string(call) + ": " + std::strerror(errno_value),
               std::move(where));
}

}  // namespace kdevops::support
