// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace kdevops::support {

enum class Style { plain, bold, dim, red, green, yellow };

/// True when `fd` is a terminal and TERM is not "dumb".
bool is_terminal(int fd);
/// Wraps `text` in SGR codes when `fd` is a terminal and NO_COLOR is unset or empty.
std::string styled(std::string_view text, Style style, int fd);

}  // namespace kdevops::support
