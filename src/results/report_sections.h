// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <string>
#include <vector>

#include "results/compare.h"
#include "results/model.h"
#include "results/report_html.h"

namespace kdevops::results {

/// A node of a run that is shown.
struct Shown {
  const Run* run;
  const Node* node;
};

/// Two nodes whose numbers belong into one plot; one side may be missing.
struct Sides {
  const Node* a = nullptr;  ///< baseline, or before
  const Node* b = nullptr;
  std::string a_label, b_label;
};

/// What all sections are made from. Points into the request.
struct Report {
  std::vector<Shown> nodes;               ///< of the last runs
  std::vector<Sides> sides;
  std::vector<Comparison> comparisons;
  std::vector<const std::vector<Run>*> histories;  ///< of two runs and more

  /// Every node passed, and no comparison found a regression.
  bool good() const;
};

/// From worst to best: the order of counts and bars.
inline constexpr std::array verdict_order{Verdict::crashed,   Verdict::hung,   Verdict::failed,
                                          Verdict::truncated, Verdict::passed, Verdict::skipped};

const char* glyph(Verdict verdict);                      ///< one letter that tells it without colour
void add_badge(Element parent, Verdict verdict);         ///< glyph and word
/// "generic" of "generic/001", "net" of "net:tcp"; empty for a name without groups.
std::string group_of(const std::string& test);
/// "20261121T031502Z" as "2026-11-21 03:15:02 UTC"; other ids as they are.
std::string run_date(const std::string& id);

/// Foreign names and sentences are cut at these lengths.
inline constexpr std::size_t name_length = 200, reason_length = 600, excerpt_length = 4000;

// The sections of the page. Each leaves its slot empty when it has nothing to say.
void title_section(Element slot, const Report& report);
void headline_section(Element slot, const Report& report);
void about_section(Element slot, const Report& report);
void counts_section(Element slot, const Report& report);
void attention_section(Element slot, const Report& report);
void nodes_section(Element slot, const Report& report);
void comparison_section(Element slot, const Report& report);
void metrics_section(Element slot, const Report& report);
void slowest_section(Element slot, const Report& report);
void history_section(Element slot, const Report& report);
void filter_section(Element slot, const Report& report);
void tests_section(Element slot, const Report& report);
void facts_section(Element slot, const Report& report);
void version_section(Element slot, const Report& report);

}  // namespace kdevops::results
