// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "fleet/console_events.h"
#include "fleet/context.h"
#include "fleet/run_state.h"

namespace kdevops::fleet {

struct WatchLimits {
  Milliseconds check = std::chrono::seconds(5);      ///< between two questions to a node, at least
  std::optional<Milliseconds> test;                  ///< without a test beginning or ending; none: for ever
  Milliseconds silence = std::chrono::minutes(5);    ///< without an answer and a word on the console
  Milliseconds oops = std::chrono::seconds(60);      ///< without an answer after an oops or a lockup
};

enum class Fault { panic, hang };
const char* to_string(Fault fault);

struct Verdict {
  Fault fault = Fault::panic;
  std::string test;       ///< as the kernel log names it, or "" when none had begun
  std::string reason;     ///< a line of the console, or what was seen
  bool rebooted = false;  ///< the guest is up again by itself
};

/// Judges one node's run by what its console says and what its runner answers. It does nothing
/// itself; times are given to it.
class RunMonitor {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RunMonitor(const std::string& workflow, const WatchLimits& limits, Time now);

  /// What the console said.
  void console(std::string_view text, Time now);
  /// The runner's answer to a question asked at `asked`.
  void answered(const RunState& state, Time asked, Time now);
  void unanswered(Time asked, Time now);
  /// The runner did not answer in time, but the SSH server does: a busy guest, not a dead one.
  void slow(Time asked, Time now);
  /// The machine is not running, and why.
  void down(const std::string& why) { down_ = why; }

  /// The console shows a panic that neither alive() nor dead() has judged.
  bool in_doubt() const { return !console_.boot().panic.empty() && !dead_; }
  void alive() { console_.forget_panic(); }
  void dead() { dead_ = true; }

  /// What befell the node, or nullopt while nothing did.
  std::optional<Verdict> verdict(Time now) const;
  /// The run cannot go on and nothing crashed: the node was shut down or restarted by someone, or the
  /// runner stopped without an end; or "".
  std::string broken() const;
  bool ended() const { return state_ && state_->ended; }

  bool question_due(Time now) const { return now >= next_question_ || must_ask(now); }
  /// The newest answer.
  const std::optional<RunState>& state() const { return state_; }
  bool answering() const { return state_ && !unanswered_since_; }
  /// The test in flight, as the kernel log names it, or "".
  std::string test() const;
  Time test_began() const { return progress_; }
  /// The console since the test in flight began, of the boot that the verdict is about.
  std::string excerpt() const;

  /// The node was restarted, and its run goes on: all begins anew.
  void restarted(Time now);

 private:
  /// The boot that ended, if one did.
  const ConsoleBoot* last_boot() const;
  bool rebooted() const { return console_.boots() > boots_ || new_boot_id_; }
  void schedule(Time asked, Time now);
  /// The test's time is up by what was heard last, and nobody has asked since: it may have ended.
  bool must_ask(Time now) const;

  const WatchLimits limits_;
  ConsoleEvents console_;
  std::optional<RunState> state_;
  std::string down_, boot_id_;
  std::string in_flight_;     ///< the test that the runner named before the guest went down
  int boots_ = 0;             ///< boots that had begun before we began to look
  int starts_ = 0;            ///< tests that had begun when the runner answered last
  int idle_answers_ = 0;      ///< answers in a row that nothing runs
  bool history_ = true;       ///< the first text is from before we began to look
  bool new_boot_id_ = false, dead_ = false;
  Time progress_;             ///< a test began or ended
  Time heard_;                ///< the console's last word
  Time next_question_, last_question_;
  Time asked_;                ///< when the last question was asked
  Time end_said_;             ///< the runner said that a run is over
  std::optional<Time> unanswered_since_;
};

}  // namespace kdevops::fleet
