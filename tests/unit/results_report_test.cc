// SPDX-License-Identifier: GPL-2.0-or-later
// The report as a document: what a parser reads back, and drawings of awkward numbers. How it looks
// is tested in a browser: tests/integration/report.py.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "results/report.h"
#include "results/report_axis.h"
#include "results/report_html.h"
#include "results/report_plot.h"
#include "results/report_sections.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::results {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double inf = std::numeric_limits<double>::infinity();

const std::string template_file = std::string(KDEVOPS_SOURCE_DIR) + "/templates/report.html";

std::string page_of(const ReportRequest& request) {
  return report_page(request, support::RealFiles().read_or_throw(template_file), template_file);
}

ReportRequest one_run(std::vector<Node> nodes) { return {{{{{"20261121T031502Z", std::move(nodes)}}, {}}}, {}}; }

/// A page as a parser sees it.
struct Parsed {
  pugi::xml_document document;

  explicit Parsed(const std::string& page) {
    const auto result = document.load_buffer(page.data(), page.size(), pugi::parse_full);
    EXPECT_TRUE(result) << result.description() << " near: " << page.substr(result.offset, 200);
  }
  std::size_t count(const char* path) const { return document.select_nodes(path).size(); }
  std::string text(const char* path) const { return all_text(document.select_node(path).node()); }

  static std::string all_text(pugi::xml_node node) {
    std::string text = node.type() == pugi::node_pcdata ? node.value() : "";
    for (const auto child : node) text += all_text(child);
    return text;
  }
};

Test test_of(std::string name, Verdict verdict, std::string reason = "", std::optional<double> seconds = {}) {
  Test test;
  test.name = std::move(name);
  test.verdict = verdict;
  test.reason = std::move(reason);
  test.seconds = seconds;
  return test;
}

Node node_of(std::string name, std::vector<Test> tests) {
  Node node;
  node.name = std::move(name);
  node.dev = node.name.ends_with("-dev");
  node.suite = "fstests";
  node.kernel = "6.18.44";
  node.directory = "results/run/" + node.name;
  node.tests = std::move(tests);
  return node;
}

TEST(ReportEscape, LeavesNoMarkup) {
  EXPECT_EQ(escape("<a href='x' id=\"y\">&amp;</a>"),
            "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;");
  EXPECT_EQ(escape("two\nlines\tand µs, 测试"), "two\nlines\tand µs, 测试");
}

TEST(ReportEscape, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(escape("a\033[31m\x7f\r"), "a\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd");
  const std::string replaced = "\xef\xbf\xbd";
  for (const std::string bytes : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xef\xbf\xbf"}) {
    const std::string escaped = escape("a" + bytes);
    EXPECT_THAT(escaped, HasSubstr("a" + replaced));
    EXPECT_EQ(escaped.size() % 3, 1u) << "nothing but replacements behind the a";
  }
  EXPECT_EQ(escape(std::string_view("a\0b", 3)), "a" + replaced + "b");
}

TEST(ReportEscape, ShowsControlsOfTheDirection) {
  EXPECT_EQ(escape("\xe2\x80\xaegpj.exe"), "&lt;U+202E&gt;gpj.exe");
  EXPECT_EQ(escape("\xe2\x81\xa6"), "&lt;U+2066&gt;");
}

TEST(ReportEscape, RoundTripsThroughAParser) {
  pugi::xml_document document;
  const std::string text = "<script>'\"&\n\t]]>--><!-- \\ %s ${x} ü";
  auto element = add_text(document, "p", text);
  set(element, "title", text);
  pugi::xml_document back;
  const std::string page = html(document, "t");
  ASSERT_TRUE(back.load_string(page.c_str(), pugi::parse_default | pugi::parse_doctype));
  EXPECT_EQ(std::string(back.child("p").child_value()), text);
  EXPECT_EQ(std::string(back.child("p").attribute("title").value()), "<script>'\"&  ]]>--><!-- \\ %s ${x} ü")
      << "XML reads line ends and tabs in attributes as blanks";
}

TEST(ReportEscape, CutsBetweenCharacters) {
  EXPECT_EQ(shorten("äöü", 3), "äöü");
  EXPECT_EQ(shorten("äöü", 2), "äö… (2 more bytes)");
  EXPECT_EQ(shorten(std::string(10240, 'x'), 5), "xxxxx… (10235 more bytes)");
  EXPECT_EQ(shorten("\xff\xff", 1), "\xff… (1 more bytes)");
}

TEST(ReportHtml, ClosesWhatHtmlWantsClosed) {
  pugi::xml_document document;
  add(add(document, "div"), "br");
  add(document, "td");
  EXPECT_EQ(html(document, "t"), "<!DOCTYPE html>\n<div><br/></div><td></td>\n");
}

TEST(ReportHtml, RefusesScriptsThatHtmlAndXmlReadDifferently) {
  pugi::xml_document document;
  add_text(document, "script", "if (a < b) c();");
  try {
    html(document, "my/report.html");
    FAIL();
  } catch (const support::Error& e) {
    EXPECT_EQ(e.where(), "my/report.html");
    EXPECT_THAT(e.what(), HasSubstr("<script>"));
  }
}

TEST(ReportAxis, HasRoundTicks) {
  const Axis axis = value_axis(812, 1190, 5);
  EXPECT_LE(axis.low, 812);
  EXPECT_GE(axis.high, 1190);
  EXPECT_THAT(axis.labels, ElementsAre("800", "900", "1000", "1100", "1200"));
  EXPECT_THAT(value_axis(0.1, 0.9, 4).labels, ElementsAre("0", "0.2", "0.4", "0.6", "0.8"));
  EXPECT_THAT(value_axis(0, 2.5e6, 5).labels, ElementsAre("0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"));
  EXPECT_THAT(count_axis(1, 3, 6).labels, ElementsAre("1", "2", "3"));
}

TEST(ReportAxis, StartsAtZeroWhenTheValuesAreNearIt) {
  EXPECT_EQ(value_axis(10, 100, 5).low, 0);
  EXPECT_GT(value_axis(90, 100, 5).low, 0);
  EXPECT_EQ(value_axis(-100, -10, 5).high, 0);
}

TEST(ReportAxis, DoesNotMagnifyNothing) {
  const Axis axis = value_axis(1000, 1001, 5);
  EXPECT_LT(std::abs(axis.at(1000, 0, 1) - axis.at(1001, 0, 1)), 0.05);
}

TEST(ReportAxis, ExistsForAnyNumbers) {
  const double huge = std::numeric_limits<double>::max(), tiny = std::numeric_limits<double>::denorm_min();
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {0, 0}, {5, 5}, {-5, -5}, {1e18, 1e18}, {1e-9, 1e-9}, {tiny, tiny}, {0, tiny}, {-huge, huge}, {huge, huge},
           {nan, nan}, {-inf, inf}, {nan, 3}, {7, 2}, {1, 1 + 1e-15}, {1e300, 1e300}, {-1e-300, 1e300}}) {
    for (const Axis& axis : {value_axis(low, high, 5), count_axis(low, high, 5)}) {
      SCOPED_TRACE(fmt::format("{} to {}: axis {} to {}", low, high, axis.low, axis.high));
      ASSERT_TRUE(std::isfinite(axis.low) && std::isfinite(axis.high));
      EXPECT_LT(axis.low, axis.high);
      EXPECT_THAT(axis.ticks, SizeIs(AllOf(Ge(2u), Le(12u))));
      EXPECT_EQ(axis.labels.size(), axis.ticks.size());
      EXPECT_TRUE(std::is_sorted(axis.ticks.begin(), axis.ticks.end()));
      for (const double tick : axis.ticks) {
        EXPECT_GE(axis.at(tick, 0, 100), 0);
        EXPECT_LE(axis.at(tick, 0, 100), 100);
      }
    }
  }
}

TEST(ReportAxis, TicksOfAnAxisHaveDifferentLabels) {
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {0, 1}, {12510, 12530}, {0.0012, 0.0017}, {1e6, 1.01e6}, {99, 101}, {-3, 4}, {1e-7, 3e-7}, {3e16, 9e16}}) {
    const auto labels = value_axis(low, high, 5).labels;
    EXPECT_EQ(std::set<std::string>(labels.begin(), labels.end()).size(), labels.size()) << low << " " << high;
  }
}

TEST(ReportNumbers, AreShortAndHonest) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(812.34), "812.3");
  EXPECT_EQ(short_number(9999), "9999");
  EXPECT_EQ(short_number(12510), "12.5k");
  EXPECT_EQ(short_number(4.87e6), "4.87M");
  EXPECT_EQ(short_number(-0.012), "-0.012");
  EXPECT_EQ(short_number(1e-9), "1e-09");
  EXPECT_EQ(short_number(1e21), "1e+21");
  EXPECT_EQ(short_number(nan), "–");
  EXPECT_EQ(duration_text(0.42), "0.4 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(184), "3 min 04 s");
  EXPECT_EQ(duration_text(7500), "2 h 05 min");
  EXPECT_EQ(duration_text(inf), "–");
  EXPECT_EQ(percent_text(-0.25), "-25.0 %");
  EXPECT_EQ(percent_text(11), "+1100 %");
}

TEST(ReportPlot, ThinsToTheExtremes) {
  std::vector<double> values(10000, 5.0);
  values[1234] = 99;
  values[7777] = -3;
  const auto kept = thin(values, 200);
  EXPECT_LE(kept.size(), 202u);
  const auto has = [&](std::size_t i, double v) { return std::find(kept.begin(), kept.end(), std::pair(i, v)) != kept.end(); };
  EXPECT_TRUE(has(1234, 99));
  EXPECT_TRUE(has(7777, -3));
  EXPECT_TRUE(std::is_sorted(kept.begin(), kept.end()));
  EXPECT_THAT(thin({1, 2, 3}, 200), SizeIs(3));
  EXPECT_THAT(thin({}, 200), IsEmpty());
}

TEST(ReportPlot, FiveNumbersAndRunningMedian) {
  EXPECT_THAT(five_numbers({5, 1, 3, 2, 4}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(five_numbers({7}), ElementsAre(7, 7, 7, 7, 7));
  EXPECT_THAT(running_median({1, 100, 1, 1, 50}, 3), ElementsAre(50.5, 1, 1, 1, 25.5));
  const auto gap = running_median({1, nan, 3}, 3);
  EXPECT_TRUE(std::isnan(gap[1]));
  EXPECT_EQ(gap[0], 1);
}

/// Every coordinate of a drawing is a number inside its viewBox.
void expect_sane(const pugi::xml_document& document) {
  for (const auto& match : document.select_nodes("//svg")) {
    const auto svg = match.node();
    double x, y, width, height;
    ASSERT_EQ(std::sscanf(svg.attribute("viewBox").value(), "%lf %lf %lf %lf", &x, &y, &width, &height), 4);
    const std::function<void(pugi::xml_node)> look = [&](pugi::xml_node node) {
      for (const auto attribute : node.attributes()) {
        const std::string name = attribute.name(), value = attribute.value();
        const bool is_x = name == "x" || name == "cx" || name == "x1" || name == "x2" || name == "width";
        const bool is_y = name == "y" || name == "cy" || name == "y1" || name == "y2" || name == "height";
        if (!is_x && !is_y) {
          if (name == "d") {
            EXPECT_THAT(value, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf"))));
          }
          continue;
        }
        char* end = nullptr;
        const double number = std::strtod(value.c_str(), &end);
        EXPECT_EQ(*end, '\0') << name << "=" << value;
        EXPECT_GE(number, 0) << name;
        EXPECT_LE(number, is_x ? width : height) << name;
      }
      for (const auto child : node) look(child);
    };
    for (const auto child : svg) look(child);
  }
}

TEST(ReportPlot, DrawsAnyNumbers) {
  const std::vector<std::vector<double>> cases{
      {},     {1},      {0},         {nan},           {inf, -inf},        {5, 5, 5, 5},    {0, 0, 0},
      {1e308, -1e308},  {1e-300, 2e-300}, {1, nan, 3}, {nan, nan, 1, nan}, {-5, -6, -7},    std::vector<double>(5000, 3.0),
      {1e18, 1e18 + 1}, {std::numeric_limits<double>::denorm_min()}};
  for (const auto& a : cases) {
    for (const auto& b : cases) {
      pugi::xml_document document;
      draw_lines(document, {"m", "seconds", 1, 1, {}}, {{"baseline", "a", a}, {"dev", "b", b}});
      draw_distribution(document, {"m", "ms", 1, 1, {}}, {{"baseline", "a", a}, {"dev", "b", b}});
      draw_change(document, a.empty() ? 0 : a[0], b.empty() ? 0 : b[0], 0.1);
      draw_share(document, a.empty() ? 0 : a[0]);
      expect_sane(document);
    }
  }
}

TEST(ReportPlot, DrawsWhatItIsGiven) {
  pugi::xml_document document;
  draw_lines(document, {"tps of n", "seconds", 10, 10, {}}, {{"baseline", "a", {1, 2, 3}}, {"dev", "b", {3, nan, 1}}});
  const auto svg = document.child("svg");
  EXPECT_EQ(document.select_nodes("//circle").size(), 5u);
  EXPECT_EQ(document.select_nodes("//path").size(), 2u);
  EXPECT_THAT(svg.attribute("aria-label").value(), HasSubstr("baseline: 3 values, median 2.00, from 1.00 to 3.00"));
  EXPECT_STREQ(svg.attribute("role").value(), "img");
  // The gap starts a new line.
  const std::string broken = document.select_nodes("//path")[1].node().attribute("d").value();
  EXPECT_EQ(std::count(broken.begin(), broken.end(), 'M'), 2);
  // Higher values are further up.
  const auto y = [&](int i) { return document.select_nodes("//g[@class='a']/circle")[i].node().attribute("cy").as_double(); };
  EXPECT_GT(y(0), y(2));
}

TEST(ReportPlot, ABarShowsOneFailureAmongThousands) {
  pugi::xml_document document;
  draw_verdicts(document, {{Verdict::failed, 1}, {Verdict::passed, 5000}, {Verdict::skipped, 0}});
  ASSERT_EQ(document.select_nodes("//rect").size(), 2u);
  EXPECT_GT(document.select_node("//rect[@class='fill-failed']").node().attribute("width").as_double(), 2);
  EXPECT_STREQ(document.child("svg").attribute("aria-label").value(), "1 failed, 5000 passed");
  pugi::xml_document empty;
  draw_verdicts(empty, {{Verdict::passed, 0}});
  EXPECT_FALSE(empty.first_child());
}

TEST(Report, SaysTheVerdictFirst) {
  auto bad = node_of("p-xfs", {test_of("generic/001", Verdict::passed, "", 3), test_of("generic/002", Verdict::failed, "mismatch", 4),
                               test_of("generic/003", Verdict::crashed, "BUG"), test_of("generic/004", Verdict::hung),
                               test_of("generic/005", Verdict::truncated), test_of("generic/006", Verdict::skipped)});
  bad.problems.push_back("check.log is cut");
  const Parsed page(page_of(one_run({bad})));
  EXPECT_THAT(page.text("//title"), HasSubstr("1 crashed, 1 hung, 1 failed"));
  EXPECT_EQ(page.text("//h1/span[@class='verdict']"), Parsed::all_text(page.document.select_node("//title").node()).substr(9));
  EXPECT_STREQ(page.document.select_node("//h1").node().attribute("class").value(), "bad");
  // Worst first, behind what is wrong with the whole.
  std::vector<std::string> order;
  for (const auto& item : page.document.select_nodes("//ul[@class='attention']/li")) {
    order.push_back(item.node().attribute("class").value());
  }
  EXPECT_THAT(order, ElementsAre("truncated", "crashed", "hung", "failed", "truncated"));
  EXPECT_THAT(page.text("//ul[@class='attention']"), AllOf(HasSubstr("mismatch"), HasSubstr("check.log is cut")));
  EXPECT_EQ(page.count("//table[@class='tests']/tbody/tr"), 6u);
}

TEST(Report, AGoodRunIsShort) {
  const Parsed page(page_of(one_run({node_of("p-xfs", {test_of("generic/001", Verdict::passed), test_of("generic/002", Verdict::skipped)})})));
  EXPECT_THAT(page.text("//h1"), HasSubstr("1 passed, 1 skipped"));
  EXPECT_STREQ(page.document.select_node("//h1").node().attribute("class").value(), "good");
  for (const char* id : {"attention", "comparison", "metrics", "history", "slowest"}) {
    EXPECT_EQ(page.count(fmt::format("//section[@id='{}']", id).c_str()), 0u) << id;
    EXPECT_EQ(page.count(fmt::format("//nav//a[@href='#{}']", id).c_str()), 0u) << id;
  }
  EXPECT_EQ(page.count("//section[@id='tests']"), 1u);
  EXPECT_THAT(Parsed(page_of(one_run({}))).text("//h1"), HasSubstr("no test was run"));
  EXPECT_THAT(Parsed(page_of({})).text("//h1"), HasSubstr("no test was run"));
}

TEST(Report, TheSameFailureOnManyNodesIsSaidOnce) {
  std::vector<Node> nodes;
  for (int i = 0; i < 30; ++i) nodes.push_back(node_of(fmt::format("p-{:02}", i), {test_of("generic/475", Verdict::failed, "mismatch")}));
  nodes[7].tests[0].reason = "something else";
  const Parsed page(page_of(one_run(nodes)));
  EXPECT_EQ(page.count("//ul[@class='attention']/li"), 2u);
  EXPECT_THAT(page.text("//ul[@class='attention']"), AllOf(HasSubstr("on 29 nodes"), HasSubstr("and 17 more nodes")));
}

TEST(Report, ComparesBothSidesAndShowsTheNoise) {
  const auto side = [](const char* name, double center, Verdict verdict) {
    Node n = node_of(name, {test_of("oltp", Verdict::passed), test_of("other", verdict)});
    Metric tps{"transactions per second", Better::higher, {}};
    for (int i = 0; i < 80; ++i) tps.samples.push_back(center + i * 37 % 11);
    tps.interval = 1;
    n.tests[0].metrics = {tps, {"events", Better::neither, {12}}};
    return n;
  };
  const Parsed page(page_of(one_run({side("p-a", 1000, Verdict::passed), side("p-a-dev", 800, Verdict::failed)})));
  EXPECT_THAT(page.text("//section[@id='comparison']"), HasSubstr("2 regressions, 0 improvements"));
  EXPECT_THAT(page.text("//h1"), HasSubstr("2 regressions"));
  const auto row = page.document.select_node("//table[@class='metrics cards']/tbody/tr[1]").node();
  EXPECT_STREQ(row.attribute("class").value(), "worse");
  EXPECT_THAT(Parsed::all_text(row), AllOf(HasSubstr("transactions per second"), HasSubstr("-19.9 %"), HasSubstr("± 0.2 %")));
  EXPECT_EQ(page.count("//section[@id='metrics']//figure"), 1u);
  EXPECT_EQ(page.count("//section[@id='metrics']//figure/svg"), 2u);
  EXPECT_EQ(page.count("//section[@id='metrics']//figure//path[@class='line']"), 2u);
  EXPECT_EQ(page.count("//section[@id='metrics']//table[@class='values']/tbody/tr"), 1u);
  expect_sane(page.document);
}

TEST(Report, NodesOfOneNameInTwoDirectoriesAreTwo) {
  Node node = node_of("p-a", {test_of("oltp", Verdict::passed)});
  node.tests[0].metrics = {{"tps", Better::higher, {1, 2, 3}}};
  ReportRequest request = one_run({node});
  request.results.push_back(request.results[0]);
  const Parsed page(page_of(request));
  EXPECT_EQ(page.count("//section[@id='metrics']//figure"), 2u);
  EXPECT_EQ(page.count("//section[@id='comparison']"), 0u);
}

TEST(Report, OneRunAgainstAnother) {
  ReportRequest request = one_run({node_of("p-a", {test_of("generic/001", Verdict::failed)})});
  request.before = {{"20261120T000000Z", {node_of("p-a", {test_of("generic/001", Verdict::passed)})}}};
  const Parsed page(page_of(request));
  EXPECT_THAT(page.text("//section[@id='comparison']"), AllOf(HasSubstr("1 regression"), HasSubstr("before"), HasSubstr("after")));
}

TEST(Report, HistoryShowsWhatEverFailed) {
  std::vector<results::Run> runs;
  for (int i = 0; i < 5; ++i) {
    Node node = node_of("p-a", {});
    for (int t = 0; t < 40; ++t) node.tests.push_back(test_of(fmt::format("generic/{:03}", t), Verdict::passed));
    if (i == 1) node.tests[3].verdict = Verdict::crashed;
    if (i == 4) node.tests[5].verdict = Verdict::failed;
    runs.push_back({fmt::format("2026112{}T031502Z", i), {node}});
  }
  runs[2].nodes.clear();
  const Parsed page(page_of({{{{runs.back()}, runs}}, {}}));
  EXPECT_EQ(page.count("//table[@class='matrix']/tbody/tr"), 2u);
  const auto row = page.document.select_node("//table[@class='matrix']/tbody/tr[2]").node();
  std::string cells;
  for (const auto cell : row.children("td")) cells += std::string(cell.attribute("class").value()) + " ";
  EXPECT_EQ(cells, "passed passed none crashed passed ") << "newest first";
  EXPECT_THAT(page.text("//section[@id='history']"), HasSubstr("38 other tests never failed"));
}

TEST(Report, ForeignTextIsNeverMarkup) {
  const std::vector<std::string> hostile{
      "<script>alert(1)</script>", "</td></table></main><img src=x onerror=alert(1)>", "\"' onload=alert(1) x=\"", "&lt;b&gt;&#x3c;",
      "two\nlines", "\xe2\x80\xae" "evil", std::string(10240, 'A'), "\xff\xfe\xc3(", "]]>-->", "javascript:alert(1)", "{{7*7}} ${x} %s"};
  std::vector<results::Run> runs;
  for (const auto& text : hostile) {
    Node node = node_of(text, {});
    node.suite = node.kernel = node.directory = text;
    node.settings[text] = text;
    node.problems = {text};
    for (const auto verdict : verdict_order) {
      results::Test test = test_of(text, verdict, text, 1);
      test.evidence = test.excerpt = text;
      test.metrics = {{text, Better::higher, {1, 2, 3}}, {text + "2", Better::lower, {1}}};
      node.tests.push_back(test);
    }
    Node dev = node;
    dev.dev = true;
    dev.name += "-dev";
    runs.push_back({text, {node, dev}});
  }
  const std::string text = page_of({{{runs, runs}}, {}});
  const Parsed page(text);
  EXPECT_EQ(page.count("//script"), 1u);
  EXPECT_EQ(page.count("//img | //iframe | //object | //embed | //form | //base"), 0u);
  EXPECT_EQ(page.count("//@style"), 0u);
  EXPECT_EQ(page.count("//@*[starts-with(name(), 'on')]"), 0u);
  for (const auto& match : page.document.select_nodes("//@href | //@src")) {
    const std::string target = match.attribute().value();
    EXPECT_TRUE(target.starts_with('#') || target == "data:,") << target;
  }
  const auto has = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  EXPECT_FALSE(has("\xe2\x80\xae"));
  EXPECT_FALSE(has(std::string(5000, 'A'))) << "the excerpt is the longest, with 4000";
  EXPECT_THAT(Parsed::all_text(page.document.child("html")), HasSubstr("<script>alert(1)</script>"));
}

TEST(Report, PolicyAllowsOnlyTheTemplatesOwn) {
  const Parsed page(page_of(one_run({})));
  const std::string policy =
      page.document.select_node("//meta[@http-equiv='Content-Security-Policy']").node().attribute("content").value();
  EXPECT_THAT(policy, AllOf(HasSubstr("default-src 'none'"), HasSubstr("style-src 'sha256-"), HasSubstr("script-src 'sha256-"),
                            Not(HasSubstr("unsafe")), Not(HasSubstr("http"))));
}

TEST(Report, TemplatesMayDifferAndSayWhereTheyAreWrong) {
  const std::string head = "<html><head><meta http-equiv=\"Content-Security-Policy\" content=\"\"/></head>";
  const auto made = report_page({}, head + "<body><h1 data-slot=\"headline\"/><p>ours</p></body></html>", "t.html");
  EXPECT_THAT(made, AllOf(HasSubstr("<p>ours</p>"), HasSubstr("script-src &#39;none&#39;"), HasSubstr("no test was run")));
  const auto complaint = [](const std::string& page) {
    try {
      report_page({}, page, "t.html");
    } catch (const support::Error& e) {
      return e.where() + ": " + e.what();
    }
    return std::string("nothing");
  };
  EXPECT_THAT(complaint("<html>\n<p>\n</html>"), HasSubstr("t.html:3: the template is not well-formed"));
  EXPECT_THAT(complaint("<p/>"), HasSubstr("no <html>"));
  EXPECT_THAT(complaint("<html/>"), HasSubstr("Content-Security-Policy"));
  EXPECT_THAT(complaint(head + "<p data-slot=\"nonsense\"/></html>"), HasSubstr("no slot \"nonsense\""));
}

TEST(Report, SameRequestSameBytes) {
  const auto request = one_run({node_of("p-a", {test_of("a/1", Verdict::failed, "r", 2), test_of("a/2", Verdict::passed, "", 2)})});
  EXPECT_EQ(page_of(request), page_of(request));
}

TEST(ReportWords, GroupsAndDates) {
  EXPECT_EQ(group_of("generic/001"), "generic");
  EXPECT_EQ(group_of("xfs_crc/generic/001"), "xfs_crc/generic");
  EXPECT_EQ(group_of("net:tcp_mmap"), "net");
  EXPECT_EQ(group_of("t0001-init"), "");
  EXPECT_EQ(run_date("20261121T031502Z"), "2026-11-21 03:15:02 UTC");
  EXPECT_EQ(run_date("results"), "results");
  EXPECT_EQ(run_date("2026112xT031502Z"), "2026112xT031502Z");
}

}  // namespace
}  // namespace kdevops::results
