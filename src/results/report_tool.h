// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace kdevops::results {

/// The verb `report` of nixos-results: its options, and what runs when it was chosen.
std::function<int()> setup_report(CLI::App& app);

}  // namespace kdevops::results
