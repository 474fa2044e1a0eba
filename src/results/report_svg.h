// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "results/report_html.h"

namespace kdevops::results {

/// A drawing of `w` times `h` units; `description` is what it says to who cannot see it.
Element svg(Element parent, double w, double h, std::string_view css, std::string_view description);

// Shapes, in the drawing's units. Colours and strokes are the template's, by class.
Element line(Element parent, double x1, double y1, double x2, double y2, std::string_view css);
Element rectangle(Element parent, double x, double y, double w, double h, std::string_view css);
Element circle(Element parent, double x, double y, double radius, std::string_view css);
/// `anchor`: start, middle or end of the text is at x.
void label(Element parent, double x, double y, std::string_view anchor, std::string_view text);
void tooltip(Element shape, const std::string& text);

}  // namespace kdevops::results
