// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "results/compare.h"
#include "results/model.h"

namespace kdevops::results {

/// Tables for a terminal; colour only when `fd` is one. Every line ends in a newline.
std::string summary_text(const std::vector<Run>& runs, int fd);
std::string comparison_text(const Comparison& comparison, int fd);

/// The same as JSON, two-space indented, with every sample.
std::string summary_json(const std::vector<Run>& runs);
std::string comparison_json(const Comparison& comparison);

const char* to_string(Finding finding);

}  // namespace kdevops::results
