// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/run_state.h"

#include <charconv>
#include <map>

#include <fmt/chrono.h>

#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;

class Values {
 public:
  explicit Values(const std::string& text) {
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      const auto line = text.substr(begin, end - begin);
      if (const auto equals = line.find('='); equals != std::string::npos) {
        values_[line.substr(0, equals)] = line.substr(equals + 1);
      }
      begin = end + 1;
    }
  }

  const std::string& text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) throw bad("says nothing of " + key);
    return found->second;
  }

  template <class Number>
  Number number(const std::string& key) const {
    const auto& word = text(key);
    Number value{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size()) {
      throw bad(fmt::format("says {}={}, which is no number", key, word));
    }
    return value;
  }

 private:
  static Error bad(const std::string& why) {
    return {ExitCode::failed, "`runner.sh state` " + why, {},
            "The run was started by another version of this program: end it and start it again."};
  }

  std::map<std::string, std::string> values_;
};

}  // namespace

RunState parse_run_state(const std::string& text) {
  const Values values(text);
  RunState state;
  state.run = values.text("run");
  state.boot_id = values.text("boot_id");
  // Between these two, systemd still starts or stops it.
  const auto& unit = values.text("unit");
  state.active = unit == "active" || unit == "activating" || unit == "deactivating";
  state.ended = values.number<int>("ended") != 0;
  if (!values.text("exit_status").empty()) state.exit_status = values.number<int>("exit_status");
  state.planned = values.number<int>("planned");
  state.recorded = values.number<int>("recorded");
  state.crashed = values.number<int>("crashed");
  state.current = values.text("current");
  state.since = values.number<std::int64_t>("since");
  state.now = values.number<std::int64_t>("now");
  return state;
}

std::int64_t run_begin(const std::string& run) {
  tm time{};
  const char* end = strptime(run.c_str(), "%Y%m%dT%H%M%SZ", &time);
  return end != nullptr && *end == '\0' ? timegm(&time) : 0;
}

std::string run_name(std::time_t begin) { return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(begin)); }

}  // namespace kdevops::fleet
