// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/report.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "results/report_html.h"
#include "results/report_sections.h"
#include "support/error.h"

namespace kdevops::results {

namespace {

using support::Error;
using support::ExitCode;

struct Slot {
  const char* name;
  void (*fill)(Element slot, const Report& report);
};

constexpr std::array slots{
    Slot{"title", title_section},
    Slot{"headline", headline_section},
    Slot{"about", about_section},
    Slot{"counts", counts_section},
    Slot{"attention", attention_section},
    Slot{"nodes", nodes_section},
    Slot{"comparison", comparison_section},
    Slot{"metrics", metrics_section},
    Slot{"slowest", slowest_section},
    Slot{"history", history_section},
    Slot{"filter", filter_section},
    Slot{"tests", tests_section},
    Slot{"facts", facts_section},
    Slot{"version", version_section},
};

bool has_dev(const std::vector<Run>& runs) {
  return std::any_of(runs.begin(), runs.end(), [](const Run& run) {
    return std::any_of(run.nodes.begin(), run.nodes.end(), [](const Node& node) { return node.dev; });
  });
}

bool has_baseline(const std::vector<Run>& runs) {
  return std::any_of(runs.begin(), runs.end(), [](const Run& run) {
    return std::any_of(run.nodes.begin(), run.nodes.end(), [](const Node& node) { return !node.dev; });
  });
}

/// The pairs of one results directory: baseline and dev, or before and after.
std::vector<Sides> sides_of(const std::vector<Run>& runs, const std::vector<Run>& before) {
  using Key = std::pair<std::string, std::string>;
  const bool again = !before.empty();
  std::map<Key, Sides> found;
  std::vector<Key> order;
  for (const auto& run : runs) {
    for (const auto& node : run.nodes) {
      const Key key{node.suite, again ? node.name : node.pair()};
      const auto [place, fresh] = found.try_emplace(
          key, again ? Sides{nullptr, nullptr, "before", "after"} : Sides{nullptr, nullptr, "baseline", "dev"});
      if (fresh) order.push_back(key);
      (again || node.dev ? place->second.b : place->second.a) = &node;
    }
  }
  for (const auto& run : before) {
    for (const auto& node : run.nodes) {
      if (const auto it = found.find({node.suite, node.name}); it != found.end()) it->second.a = &node;
    }
  }
  std::vector<Sides> all;
  for (const auto& key : order) all.push_back(found[key]);
  return all;
}

Report gather(const ReportRequest& request) {
  Report report;
  std::vector<Run> last;
  for (const auto& [newest, all] : request.results) {
    for (const auto& run : newest) {
      for (const auto& node : run.nodes) report.nodes.push_back({&run, &node});
    }
    for (auto& sides : sides_of(newest, request.before)) report.sides.push_back(std::move(sides));
    if (all.size() > 1) report.histories.push_back(&all);
    const auto& runs = all.empty() ? newest : all;
    if (!request.before.empty()) {
      last.insert(last.end(), runs.begin(), runs.end());
    } else if (has_dev(runs) && has_baseline(runs)) {
      report.comparisons.push_back(compare_sides(runs, request.threshold));
    }
  }
  if (!request.before.empty()) {
    report.comparisons.push_back(compare_runs(request.before, last, request.threshold));
  }
  return report;
}

/// Takes out the section around a slot that stayed empty, and what in <nav> leads to it.
void remove_section(const pugi::xml_document& page, Element slot) {
  Element section = slot;
  while (section && std::string_view(section.name()) != "section") section = section.parent();
  if (!section) {
    slot.parent().remove_child(slot);
    return;
  }
  const std::string target = fmt::format("#{}", section.attribute("id").value());
  while (const auto link = page.find_node([&](Element node) { return target == node.attribute("href").value(); })) {
    link.parent().remove_child(link);
  }
  section.parent().remove_child(section);
}

void fill_slots(const pugi::xml_document& page, const Report& report, const std::string& file) {
  std::vector<Element> found;
  for (const auto& match : page.select_nodes("//*[@data-slot]")) found.push_back(match.node());
  for (auto slot : found) {
    const std::string name = slot.attribute("data-slot").value();
    const auto known = std::find_if(slots.begin(), slots.end(), [&](const Slot& s) { return name == s.name; });
    if (known == slots.end()) {
      std::string names;
      for (const auto& s : slots) names += fmt::format("{}{}", names.empty() ? "" : ", ", s.name);
      throw Error(ExitCode::configuration, fmt::format("there is no slot \"{}\"", name), file, "Slots are " + names + ".");
    }
    slot.remove_attribute("data-slot");
    slot.remove_children();
    known->fill(slot, report);
    if (!slot.first_child()) remove_section(page, slot);
  }
}

/// 'sha256-<base64>' as a policy names the text of a <style> or <script>.
std::string source_hash(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw Error(ExitCode::failed, "libcrypto computes no SHA-256", "report");
  }
  std::array<unsigned char, 4 * EVP_MAX_MD_SIZE> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return fmt::format("'sha256-{}'", std::string_view(reinterpret_cast<const char*>(base64.data()), length));
}

/// Nothing is loaded, and only the template's own styles and scripts count: markup that got into a
/// name could neither run nor ask anybody for anything.
void set_policy(const pugi::xml_document& page, const std::string& file) {
  const auto sources = [&](const char* name) {
    std::string all;
    for (const auto& match : page.select_nodes(fmt::format("//{}", name).c_str())) {
      all += fmt::format(" {}", source_hash(match.node().child_value()));
    }
    return all.empty() ? " 'none'" : all;
  };
  auto meta = page.select_node("/html/head/meta[@http-equiv='Content-Security-Policy']").node();
  if (!meta) {
    throw Error(ExitCode::configuration, "<meta http-equiv=\"Content-Security-Policy\"> is missing in the template",
                file, "Put it back as it is in the template that comes with the sources.");
  }
  set(meta, "content", fmt::format("default-src 'none'; style-src{}; script-src{}; img-src data:; base-uri 'none'; "
                                   "form-action 'none'", sources("style"), sources("script")));
}

}  // namespace

std::string report_page(const ReportRequest& request, std::string_view page_template, const std::string& file) {
  pugi::xml_document page;
  const auto parsed = page.load_buffer(page_template.data(), page_template.size(),
                                       pugi::parse_default | pugi::parse_ws_pcdata);
  if (!parsed || !page.child("html")) {
    const auto end = page_template.begin() + std::clamp<std::ptrdiff_t>(parsed.offset, 0, page_template.size());
    throw Error(ExitCode::configuration,
                parsed ? "the template has no <html>" : fmt::format("the template is not well-formed: {}", parsed.description()),
                fmt::format("{}:{}", file, 1 + std::count(page_template.begin(), end, '\n')),
                "It has to be HTML that is XML, too: every element closed, every attribute in quotes.");
  }
  fill_slots(page, gather(request), file);
  set_policy(page, file);
  return html(page, file);
}

}  // namespace kdevops::results
