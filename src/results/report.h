// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/compare.h"
#include "results/model.h"

namespace kdevops::results {

/// What one results directory holds.
struct ReportSource {
  std::vector<Run> newest;  ///< of each node its newest run: what the page is about
  std::vector<Run> all;     ///< every run, oldest first, for the history; may be empty
};

struct ReportRequest {
  std::vector<ReportSource> results;
  /// What the results are compared with; empty: baseline nodes are compared with dev nodes.
  std::vector<Run> before;
  double threshold = default_threshold;
};

/// One self-contained HTML page: nothing in it asks the network for anything, and its
/// Content-Security-Policy forbids it to. Same request and template, same bytes.
///
/// The template is an HTML page that is well-formed XML (templates/report.html). Elements with a
/// data-slot attribute are filled; a section whose slots stay empty is left out, with its link in
/// <nav>. Throws Error naming `file` when the template is no XML, or lacks the <meta> of the policy.
std::string report_page(const ReportRequest& request, std::string_view page_template,
                        const std::string& file);

}  // namespace kdevops::results
