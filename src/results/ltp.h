// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "results/model.h"
#include "results/tree.h"

namespace kdevops::results {

struct LtpLog {
  std::vector<Test> tests;  ///< named after their tags
  bool open = false;        ///< the table of the last pass has no end
  std::string problem;
};

/// What ltp-pan writes for `-l`: lines "tag=... stat=..." or, with -p, a table. The exit value holds
/// TFAIL 1, TBROK 2, TWARN 4, TCONF 32; TCONF alone is skipped, all else but 0 failed.
LtpLog parse_ltp_log(std::string_view log);

/// What ltp-pan prints around the output of one test.
struct LtpOutput {
  std::string complaint;  ///< first TFAIL or TBROK, otherwise TWARN or TCONF
  std::string output;     ///< last lines
  double seconds = 0;
  bool signaled = false;
  int status = 0;
  bool ended = false;     ///< <<<test_end>>> was there
};
std::map<std::string, LtpOutput> parse_ltp_output(std::string_view text);

/// "failed, broken" of an exit value of 3.
std::string ltp_status(long status);

/// `<group>/results/*.log` and `<group>/output/*`; tests named `<group>/<tag>`. Of the files that runltp
/// names by the time only a group's newest counts, where our runner was not: nothing removes the others.
bool holds_ltp(const Tree& tree);
void read_ltp(const Tree& tree, Node& node);

}  // namespace kdevops::results
