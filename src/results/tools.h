// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>

namespace CLI {
class App;
}

/// The verbs of nixos-results; `report` is in report_tool.h.
namespace kdevops::results {

std::function<int()> setup_summary(CLI::App& app);
std::function<int()> setup_compare(CLI::App& app);
std::function<int()> setup_expunge(CLI::App& app);

}  // namespace kdevops::results
