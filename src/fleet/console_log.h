// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "fleet/context.h"

namespace kdevops::fleet {

/// The whole console log of a node since its last start; "" when there is none that we may read.
std::string console_text(const Context& context, const std::string& directory);

/// Without terminal escapes and control characters but line breaks and tabs.
std::string plain_text(const std::string& text);

/// The last `count` lines with something in them, terminal escapes removed, each indented.
std::string last_lines(const std::string& text, std::size_t count);

/// The line that says this guest will not come up any more (a kernel panic, a failed first stage,
/// emergency mode), or "". Only the last boot in the log counts.
std::string crash_line(const std::string& text);

}  // namespace kdevops::fleet
