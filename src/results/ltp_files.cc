// SPDX-License-Identifier: GPL-2.0-or-later
// The two files of ltp-pan (pan/ltp-pan.c of LTP).
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "results/collection.h"
#include "results/ltp.h"
#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr long not_configured = 32;

Test judge(std::string_view tag, long status, bool signaled) {
  Test test;
  test.name = one_line(tag);
  if (signaled) {
    test.verdict = Verdict::failed;
    test.reason = fmt::format("killed by signal {} ({})", status, strsignal(static_cast<int>(status)));
  } else if (status == not_configured) {
    test.verdict = Verdict::skipped;
    test.reason = "not configured (TCONF)";
  } else if (status != 0) {
    test.verdict = Verdict::failed;
    test.reason = ltp_status(status);
  } else {
    test.verdict = Verdict::passed;
  }
  return test;
}

/// "key=value" words of a line.
std::map<std::string, std::string> values_of(std::string_view line) {
  std::map<std::string, std::string> values;
  for (const auto word : words(line)) {
    const auto equals = word.find('=');
    if (equals != std::string_view::npos) values[std::string(word.substr(0, equals))] = std::string(word.substr(equals + 1));
  }
  return values;
}

/// "tag=fcntl01 stime=1763690000 dur=1 exit=exited stat=0 core=no cu=0 cs=1"
std::optional<Test> parse_tag(std::string_view line) {
  auto values = values_of(line);
  const auto status = integer(values["stat"]);
  if (values["tag"].empty() || !status || values["cs"].empty()) return std::nullopt;
  Test test = judge(values["tag"], *status, values["exit"] != "exited");
  if (values["exit"] != "exited" && values["exit"] != "signaled") {
    test.verdict = Verdict::failed;
    test.reason = "neither exited nor signaled: " + one_line(values["exit"]);
  }
  test.seconds = number(values["dur"]);
  return test;
}

/// "fcntl01        PASS       0"
std::optional<Test> parse_row(std::string_view line) {
  const auto parts = words(line);
  const auto status = parts.size() == 3 ? integer(parts[2]) : std::nullopt;
  if (!status) return std::nullopt;
  if (parts[1] != "PASS" && parts[1] != "FAIL" && parts[1] != "CONF") return std::nullopt;
  Test test = judge(parts[0], *status, false);
  // The word and the number are of one value; where they differ, the worse one counts.
  if (parts[1] == "FAIL" && !is_bad(test.verdict)) {
    test.verdict = Verdict::failed;
    test.reason = fmt::format("reported as FAIL with status {}", *status);
  }
  return test;
}

}  // namespace

std::string ltp_status(long status) {
  struct Bit { long bit; const char* word; };
  constexpr std::array bits{Bit{1, "failed (TFAIL)"}, Bit{2, "broken (TBROK)"}, Bit{4, "warned (TWARN)"},
                            Bit{not_configured, "not configured (TCONF)"}};
  std::string text;
  long rest = status;
  for (const auto& bit : bits) {
    if ((status & bit.bit) == 0) continue;
    text += std::string(text.empty() ? "" : ", ") + bit.word;
    rest &= ~bit.bit;
  }
  return rest != 0 || text.empty() ? fmt::format("ended with status {}", status) : text;
}

LtpLog parse_ltp_log(std::string_view log) {
  LtpLog out;
  Collection tests;
  long rows = 0;
  each_line(log, [&](const Line& line) {
    if (line.text.starts_with("Test Start Time:")) {
      out.open = true;
      rows = 0;
    }
    if (!line.whole) {
      out.problem = "cut: " + one_line(line.text, 80);
    } else if (line.text.starts_with("tag=")) {
      if (auto test = parse_tag(line.text)) tests.add(std::move(*test));
      else out.problem = "not readable: " + one_line(line.text, 80);
    } else if (auto row = parse_row(line.text)) {
      ++rows;
      tests.add(std::move(*row));
    } else if (line.text.starts_with("Total Tests:")) {
      const auto total = integer(trim(line.text.substr(12)));
      if (!total || *total > rows) out.problem = fmt::format("{} tests have a row, of {}", rows, trim(line.text.substr(12)));
    } else if (line.text.starts_with("Hostname:")) {
      out.open = false;
    }
  });
  out.tests = tests.take();
  return out;
}

std::map<std::string, LtpOutput> parse_ltp_output(std::string_view text) {
  std::map<std::string, LtpOutput> found;
  LtpOutput current;
  std::string tag, all;
  bool complained = false, execution = false;
  const auto finish = [&] {
    if (tag.empty()) return;
    current.output = excerpt(all, 12, true);
    found[tag] = std::move(current);
    tag.clear();
  };
  each_line(text, [&](const Line& line) {
    if (line.text == "<<<test_start>>>") {
      finish();
      current = {};
      all.clear();
      complained = execution = false;
    } else if (line.text.starts_with("tag=") && tag.empty()) {
      tag = one_line(values_of(line.text)["tag"]);
    } else if (line.text == "<<<execution_status>>>") {
      execution = true;
    } else if (execution && line.text.starts_with("duration=")) {
      auto values = values_of(line.text);
      const auto status = integer(values["termination_id"]);
      current.seconds = number(values["duration"]).value_or(0);
      current.signaled = values["termination_type"] != "exited";
      current.status = static_cast<int>(status.value_or(255));
    } else if (line.text == "<<<test_end>>>" && line.whole) {
      current.ended = execution;
      finish();
    } else if (!tag.empty() && !execution) {
      const std::string plain = without_escapes(line.text.substr(0, 4096));
      if (all.size() < (256u << 10)) all += plain + "\n";
      const auto says = [&](const char* word) { return plain.find(word) != std::string::npos; };
      if (!complained && (says("TFAIL") || says("TBROK"))) {
        complained = true;
        current.complaint = one_line(plain);
      } else if (current.complaint.empty() && (says("TWARN") || says("TCONF"))) {
        current.complaint = one_line(plain);
      }
    }
  });
  finish();
  return found;
}

}  // namespace kdevops::results
