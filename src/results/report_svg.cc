// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report_svg.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::results {

Element svg(Element parent, double w, double h, std::string_view css, std::string_view description) {
  auto element = add(parent, "svg", css);
  set(element, "viewBox", fmt::format("0 0 {} {}", w, h));
  set(element, "role", "img");
  set(element, "aria-label", description);
  return element;
}

Element line(Element parent, double x1, double y1, double x2, double y2, std::string_view css) {
  auto element = add(parent, "line", css);
  set(element, "x1", x1);
  set(element, "y1", y1);
  set(element, "x2", x2);
  set(element, "y2", y2);
  return element;
}

Element rectangle(Element parent, double x, double y, double w, double h, std::string_view css) {
  auto element = add(parent, "rect", css);
  set(element, "x", x);
  set(element, "y", y);
  set(element, "width", std::max(w, 0.0));
  set(element, "height", h);
  return element;
}

Element circle(Element parent, double x, double y, double radius, std::string_view css) {
  auto element = add(parent, "circle", css);
  set(element, "cx", x);
  set(element, "cy", y);
  set(element, "r", radius);
  return element;
}

void label(Element parent, double x, double y, std::string_view anchor, std::string_view text) {
  auto element = add_text(parent, "text", text);
  set(element, "x", x);
  set(element, "y", y);
  set(element, "text-anchor", anchor);
}

void tooltip(Element shape, const std::string& text) { add_text(shape, "title", text); }

}  // namespace kdevops::results
