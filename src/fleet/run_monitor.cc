// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/run_monitor.h"

#include <algorithm>

#include <fmt/format.h>

namespace kdevops::fleet {

namespace {

/// A question costs the guest a login, which is seconds of an emulated one: it must not become the
/// guest's main work.
constexpr int kRest = 4;
/// Between a start or an end of the unit and its record there are moments.
constexpr int kIdleAnswers = 3;

std::string seconds(Milliseconds time) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return s >= 120 ? fmt::format("{} min", s / 60) : fmt::format("{} s", s);
}

Milliseconds between(RunMonitor::Time begin, RunMonitor::Time end) {
  return std::chrono::duration_cast<Milliseconds>(end - begin);
}

}  // namespace

const char* to_string(Fault fault) { return fault == Fault::panic ? "panic" : "hang"; }

RunMonitor::RunMonitor(const std::string& workflow, const WatchLimits& limits, Time now)
    : limits_(limits), console_(workflow), progress_(now), heard_(now), next_question_(now), last_question_(now), asked_(now) {}

void RunMonitor::console(std::string_view text, Time now) {
  if (text.empty()) return;
  const int before = console_.starts(), ends = console_.ends();
  console_.feed(text);
  heard_ = now;
  if (console_.ends() != ends) end_said_ = next_question_ = now;
  if (history_) {
    boots_ = console_.boots();
    starts_ = console_.starts();
  } else if (console_.starts() != before) {
    progress_ = now;
    next_question_ = std::min(next_question_, last_question_ + limits_.check);
  }
  history_ = false;
}

void RunMonitor::answered(const RunState& state, Time asked, Time now) {
  const bool first = !state_;
  if (first && console_.starts() == starts_ && state.current != console_.boot().test) console_.forget_test();
  const bool moved = first || state.run != state_->run || state.recorded != state_->recorded ||
                     state.crashed != state_->crashed || state.current != state_->current;
  if (moved) {
    // What it is at began a while ago, by its own clock.
    const auto age = state.current.empty() ? 0 : std::max<std::int64_t>(state.now - state.since, 0);
    const auto began = now - std::chrono::seconds(age);
    progress_ = first ? began : std::max(progress_, began);
  }
  new_boot_id_ = !boot_id_.empty() && state.boot_id != boot_id_;
  if (boot_id_.empty()) boot_id_ = state.boot_id;
  if (!new_boot_id_) in_flight_ = state.current;
  idle_answers_ = state.active || state.ended ? 0 : idle_answers_ + 1;
  state_ = state;
  starts_ = console_.starts();
  unanswered_since_.reset();
  schedule(asked, now);
}

void RunMonitor::unanswered(Time asked, Time now) {
  if (!unanswered_since_) unanswered_since_ = asked;
  schedule(asked, now);
}

void RunMonitor::slow(Time asked, Time now) {
  unanswered_since_.reset();
  schedule(asked, now);
}

void RunMonitor::schedule(Time asked, Time now) {
  last_question_ = now;
  asked_ = asked;
  // The question may have come before the end that was said meanwhile.
  next_question_ = end_said_ >= asked ? now : now + std::max<Time::duration>(limits_.check, kRest * (now - asked));
}

bool RunMonitor::must_ask(Time now) const {
  return limits_.test && now >= progress_ + *limits_.test && asked_ < progress_ + *limits_.test;
}

std::string RunMonitor::test() const {
  const auto& said = console_.boot().test;
  if (!said.empty() && (!state_ || console_.starts() != starts_)) return said;  // newer than the answer
  if (state_ && !state_->current.empty()) return state_->current;
  return said;
}

const ConsoleBoot* RunMonitor::last_boot() const {
  if (console_.boots() > boots_) return &console_.previous();
  // A guest that boots with few words does not say where its boot begins.
  return new_boot_id_ || !down_.empty() ? &console_.boot() : nullptr;
}

std::optional<Verdict> RunMonitor::verdict(Time now) const {
  if (ended() || !broken().empty()) return std::nullopt;
  if (rebooted()) {
    const auto& before = *last_boot();
    return Verdict{Fault::panic, before.test.empty() ? in_flight_ : before.test,
                   before.panic.empty() ? "the guest restarted by itself" : before.panic, true};
  }
  const auto& boot = console_.boot();
  if (!boot.panic.empty() && (dead_ || !down_.empty())) return Verdict{Fault::panic, test(), boot.panic};
  if (!down_.empty()) return Verdict{Fault::panic, test(), down_};
  if (unanswered_since_) {
    const auto silent = between(*unanswered_since_, now);
    const auto& trouble = boot.oops.empty() ? boot.stuck : boot.oops;
    if (!trouble.empty() && silent >= limits_.oops) {
      return Verdict{boot.oops.empty() ? Fault::hang : Fault::panic, test(),
                     fmt::format("{}; then no answer for {}", trouble, seconds(silent))};
    }
    const auto quiet = between(std::max(*unanswered_since_, heard_), now);
    if (quiet >= limits_.silence) {
      return Verdict{Fault::hang, test(), fmt::format("no answer and no word on the console for {}", seconds(quiet))};
    }
  }
  const auto idle = between(progress_, now);
  if (limits_.test && idle >= *limits_.test && !must_ask(now)) {
    auto reason = fmt::format("no test began or ended for {}", seconds(idle));
    if (!boot.stuck.empty()) reason += "; " + boot.stuck;
    return Verdict{Fault::hang, test(), std::move(reason)};
  }
  return std::nullopt;
}

std::string RunMonitor::broken() const {
  if (const auto* boot = last_boot(); boot != nullptr && boot->panic.empty() && !boot->goodbye.empty()) {
    return fmt::format("it was shut down or restarted while its run went on ({})", boot->goodbye);
  }
  if (idle_answers_ < kIdleAnswers) return {};
  return fmt::format("run {} has not ended, and nothing runs it", state_->run);
}

std::string RunMonitor::excerpt() const {
  const auto* ended = last_boot();
  return (ended ? *ended : console_.boot()).excerpt.text();
}

void RunMonitor::restarted(Time now) {
  // Said by its boot id alone, or the console will tell later.
  if (console_.boots() == boots_) console_.begin_boot();
  boots_ = console_.boots();
  new_boot_id_ = dead_ = false;
  console_.forget_panic();
  console_.forget_test();
  boot_id_.clear();
  down_.clear();
  in_flight_.clear();
  starts_ = console_.starts();
  if (state_) state_->current.clear();
  idle_answers_ = 0;
  unanswered_since_.reset();
  progress_ = heard_ = next_question_ = now;
}

}  // namespace kdevops::fleet
