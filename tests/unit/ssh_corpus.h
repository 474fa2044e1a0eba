// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kdevops::ssh {

/// Configs as users have them, by what is awkward about them.
inline std::vector<std::pair<std::string, std::string>> awkward_configs() {
  std::string huge;
  for (int i = 0; i < 20000; ++i) {
    huge += "Host h" + std::to_string(i) + "\n  HostName 10.0.0.1\n";
  }
  return {
      {"empty", ""},
      {"one newline", "\n"},
      {"blank lines", "\n\n  \n\t\n"},
      {"only comments", "# nothing\n\n   # here\n"},
      {"comments, indented one first", "   # a\n# b\nHost x\n  Port 1\n"},
      {"plain", "Host one\n    HostName 10.0.0.1\n    User me\n"},
      {"no final newline", "Host one\n    HostName 10.0.0.1\n    User me"},
      {"CRLF", "Host one\r\n    HostName 10.0.0.1\r\n\r\nHost two\r\n    Port 4\r\n"},
      {"CRLF without a final end", "Host one\r\n    Port 4"},
      {"mixed line ends", "Host one\r\n    Port 4\nHost two\n    Port 5\r\n"},
      {"options before the first Host", "ServerAliveInterval 5\nUser me\n\nHost one\n  Port 4\n"},
      {"indented option before the first Host", "\tUser me\nHost one\n  Port 4\n"},
      {"options only, no final newline", "User me"},
      {"Host * first", "Host *\n    User me\n    Port 4\n"},
      {"Host * first, flush left", "Host *\nUser me\nPort 4\n"},
      {"Match", "Match host one exec \"true\"\n    User me\nMatch all\n    Port 4\n"},
      {"Include", "Include config.d/*.conf\n\nHost one\n    Port 4\n"},
      {"our Include", "Include ~/.ssh/config_kdevops_0123abcd\nHost one\n    Port 4\n"},
      {"our Include alone, no newline", "Include ~/.ssh/config_kdevops_0123abcd"},
      {"our Includes and options",
       "Include ~/.ssh/config_kdevops_01\nInclude ~/.ssh/config_kdevops_02\nUser me\n"},
      {"tabs", "Host\tone\n\tHostName\t10.0.0.1\n\tPort\t4\n"},
      {"equals signs", "Host=one\n    Port=4\n    User = me\n"},
      {"lower case and quotes", "host \"one\" two\n    hostname \"10.0.0.1\"\n\"host\" three\n port 4\n"},
      {"unicode", "# Grüße, 世界\nHost größe\n    User jürgen\n"},
      {"stanza with inner blank lines", "Host one\n\n    HostName 10.0.0.1\n\n\n    Port 4\n\n\n"},
      {"trailing blanks and blank lines", "Host one  \n    Port 4\t \n   \n\n\n"},
      {"indented headers", "  Host one\n      Port 4\n  Host two\n      Port 5\n"},
      {"looks like ours, is not",
       "# kdevops-managed: something else\nHost one\n    Port 4\n# kdevops-managed: NixOS VM - two\n"},
      {"another tool's block",
       "# kdevops-managed: Lambda Labs - one\nHost one\n    Port 4\n\nHost mine\n    Port 5\n"},
      {"blocks appended by kdevops",
       "Host *\n    User me\n\n# kdevops-managed: NixOS VM - other\nHost other\n    Port 4\n\n"
       "# kdevops-managed: NixOS VM - third\nHost third\n    Port 4\n"},
      {"a line of 100 kB", "Host one\n    # " + std::string(100000, 'x') + "\n    Port 4\n"},
      {"huge", huge},
  };
}

}  // namespace kdevops::ssh
