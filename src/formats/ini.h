// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace kdevops::formats {

/// A value of an Ansible INI inventory. Ansible reads [group:vars] values with Python's
/// literal_eval and host-line values with shlex first, so this is a Python literal in double
/// quotes, ASCII only (\uXXXX, \UXXXXXXXX), which both take as one word.
std::string inventory_value(std::string_view text);

}  // namespace kdevops::formats
