// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/watch.h"

#include <algorithm>
#include <future>
#include <map>
#include <semaphore>

#include <fmt/format.h>

#include "fleet/crash_record.h"
#include "fleet/run_client.h"
#include "support/parallel.h"

namespace kdevops::fleet {

namespace {

using hypervisor::State;
using support::Error;
using support::ExitCode;
using Clock = std::chrono::steady_clock;

/// So many crashes without a test recorded between them mean that no restart helps.
constexpr int kInVain = 3;
/// What a guest prints when it is asked for the stacks of its blocked tasks reaches the log within this.
constexpr auto kStacks = std::chrono::seconds(2);

class Permit {
 public:
  explicit Permit(std::counting_semaphore<>& gate) : gate_(gate) {}
  ~Permit() { gate_.release(); }
  Permit(const Permit&) = delete;

 private:
  std::counting_semaphore<>& gate_;
};

/// Watches one node, in a thread of its own.
class NodeWatcher {
 public:
  NodeWatcher(const WatchTools& tools, const std::string& workflow, const Watchdog& dog,
              std::counting_semaphore<>& gate, NodeWatch& result)
      : tools_(tools), workflow_(workflow), dog_(dog), gate_(gate), result_(result), guest_(tools.guest(result.name)),
        client_(tools.plan, workflow, result.name, *guest_, tools.processes, tools.stop),
        records_(tools.files, fmt::format("{}/workflows/{}/results", tools.plan.instance.tree, workflow), result.name),
        monitor_(workflow, dog.limits, Clock::now()) {}

  void run() {
    tools_.progress.stage(result_.name, "watch");
    for (;;) {
      look();
      if (!paused_ && monitor_.question_due(now())) ask();
      if (monitor_.ended()) return finish();
      if (!has_run_) return tools_.progress.done(result_.name, fmt::format("has no {} run", workflow_));
      if (paused_) {
        tools_.progress.stage(result_.name, "its domain is paused");
      } else if (const auto verdict = monitor_.verdict(now())) {
        if (!handle(*verdict)) return;
      } else if (const auto why = monitor_.broken(); !why.empty()) {
        throw Error(ExitCode::failed, why, result_.name, go_on_hint());
      } else {
        show();
      }
      pause(tools_.stop, tools_.look);
    }
  }

 private:
  std::string go_on_hint() const {
    return fmt::format("`nixos-vm start {1}` if it is off; then `make {0}-baseline`, or {0}-dev, goes on with the "
                       "run. output.log in the run's directory may say more.", workflow_, result_.name);
  }

  /// The guest's time: it stands still while someone has paused the domain, as a debugger does.
  Clock::time_point now() const { return Clock::now() - stood_still_; }

  void look() {
    monitor_.console(guest_->console(), now());
    const auto state = guest_->state();
    const auto before = std::exchange(looked_, Clock::now());
    if (std::exchange(paused_, state == State::paused)) stood_still_ += looked_ - before;
    if (state != State::off && state != State::crashed) {
      others_work_ = false;
    } else if (!tools_.try_lock()) {
      others_work_ = true;  // nixos-vm stop, or another watcher that restarts it
    } else if (others_work_) {
      throw Error(ExitCode::failed, "another nixos-vm turned it off while its run went on", result_.name,
                  go_on_hint());
    } else {
      monitor_.down(fmt::format("its domain is {}", to_string(state)));
    }
    if (!paused_ && monitor_.in_doubt()) guest_->answers() ? monitor_.alive() : monitor_.dead();
  }

  void ask() {
    const auto asked = now();
    const auto state = question();
    if (state) {
      // Where nothing was selected, nothing was started.
      has_run_ = !state->run.empty();
      if (!has_run_ && result_.state) throw Error(ExitCode::failed, "its run is gone", result_.name);
      if (!has_run_) {
        result_.state = state;
        return;
      }
      monitor_.answered(*state, asked, now());
      if (!result_.state) assign_crashes(state->run);
      if (state->ended) return;
      if (!result_.state) tell_what_is_remembered(*state);
      result_.state = state;
      if (tests_.empty() && state->planned > 0) tests_ = client_.tests();
    } else if (!paused_) {
      guest_->answers() ? monitor_.slow(asked, now()) : monitor_.unanswered(asked, now());
    }
  }

  /// Asks the runner while the console is followed on: a guest that panics meanwhile never answers.
  std::optional<RunState> question() {
    std::stop_source cancel;
    const std::stop_callback interrupted(tools_.stop, [&] { cancel.request_stop(); });
    auto answer = std::async(std::launch::async, [&] { return client_.state(cancel.get_token()); });
    while (answer.wait_for(tools_.look) != std::future_status::ready) {
      if (cancel.stop_requested()) continue;
      try {
        look();
      } catch (const Error&) {
        cancel.request_stop();  // the next look says it again
      }
      if (monitor_.verdict(now())) cancel.request_stop();
    }
    const auto state = answer.get();
    if (!state) look();
    return state;
  }

  void assign_crashes(const std::string& run) {
    const auto moved = records_.assign(run);
    for (auto& crash : result_.crashes) {
      if (const auto to = moved.find(crash.evidence); to != moved.end()) crash.evidence = to->second;
    }
  }

  /// An earlier watcher may have been ended between a crash and its being noted on the node.
  void tell_what_is_remembered(const RunState& state) {
    const auto lines = records_.of(state.run).lines();
    if (static_cast<std::size_t>(state.crashed) >= lines.size()) return;
    for (const auto& line : lines) {
      if (const auto blank = line.find(' '); blank != std::string::npos) {
        client_.crashed(line.substr(0, blank), line.substr(blank + 1));
      }
    }
    if (dog_.restarts) client_.start();
  }

  void finish() {
    result_.state = monitor_.state();
    const auto& state = *result_.state;
    tools_.progress.done(result_.name, fmt::format("run {} ended with status {}, {} of {} tests recorded", state.run,
                                                   state.exit_status.value_or(-1), state.recorded, state.planned));
  }

  void show() {
    const auto& state = monitor_.state();
    if (!state) return;
    auto text = state->planned == 0 ? "preparing" : fmt::format("{}/{}", state->recorded, state->planned);
    if (state->crashed > 0) text += fmt::format(", {} crashed", state->crashed);
    if (const auto test = monitor_.test(); !test.empty()) text += "  " + test;
    if (!monitor_.answering()) text += ", no answer";
    const auto begin = run_begin(state->run);
    const auto age = begin == 0 ? 0 : std::max<std::int64_t>(state->now - begin, 0);
    if (begin_ == Clock::time_point()) begin_ = Clock::now() - std::chrono::seconds(age);
    tools_.progress.at(result_.name, text, monitor_.test_began() + stood_still_, begin_);
  }

  /// Returns whether the run goes on.
  bool handle(Verdict verdict) {
    const bool listens = monitor_.answering() && !verdict.rebooted && verdict.fault == Fault::hang;
    if (listens) {
      client_.show_blocked_tasks();
      pause(tools_.stop, std::min<Milliseconds>(kStacks, 2 * tools_.look));
    }
    look();
    const auto state = monitor_.state().value_or(RunState{});
    const auto console = monitor_.excerpt();
    const auto at = static_cast<std::size_t>(state.recorded + state.crashed);
    // Without a console, nothing said what began after the runner's last answer: by the order it is this.
    if (verdict.rebooted && guest_->console_path().empty() && at < tests_.size()) verdict.test = tests_[at];
    verdict.test = planned_name(verdict.test, tests_, at);
    const auto evidence = records_.of(state.run).save(verdict, result_.name, state.boot_id, console);
    const auto in = verdict.test.empty() ? std::string("before the first test") : "in " + verdict.test;
    tools_.progress.warn(fmt::format("{}: {} {}: {}\n  {}", result_.name, to_string(verdict.fault), in,
                                     verdict.reason, evidence));
    result_.crashes.push_back({verdict, evidence, false});
    in_vain_ = state.recorded > recorded_ ? 1 : in_vain_ + 1;
    recorded_ = state.recorded;
    const bool again = !verdict.test.empty() && ++times_[verdict.test] > 1;
    if (again || in_vain_ == kInVain || !may_go_on(verdict)) {
      if (listens && !verdict.test.empty()) client_.crashed(to_string(verdict.fault), verdict.test);
      leave(again      ? "it was to be left out after the first time"
            : in_vain_ == kInVain ? fmt::format("{} crashes without a test recorded between them", kInVain)
                                  : "");
      return false;
    }
    go_on(verdict);
    result_.crashes.back().continued = true;
    return true;
  }

  bool may_go_on(const Verdict& verdict) const {
    return dog_.restarts && (verdict.rebooted || guest_->can_restart());
  }

  void leave(const std::string& why) {
    result_.left = true;
    result_.state = monitor_.state();
    tools_.progress.failed(result_.name, why.empty() ? "left as it is" : "given up: " + why);
  }

  void go_on(const Verdict& verdict) {
    tools_.progress.stage(result_.name, "wait for a free place");
    while (!gate_.try_acquire_for(tools_.look)) check_stop(tools_.stop);
    const Permit permit(gate_);
    bool waited = false;
    std::shared_ptr<void> lock;
    while (!(lock = tools_.try_lock())) {
      if (!waited) tools_.progress.stage(result_.name, "wait for another nixos-vm of this tree");
      waited = true;
      pause(tools_.stop, tools_.look);
    }
    // Whoever had the lock may have restarted it, and not every console tells.
    look();
    const auto asked = now();
    if (const auto state = waited ? client_.state() : std::nullopt) monitor_.answered(*state, asked, now());
    const auto meanwhile = monitor_.verdict(now());
    come_up(*guest_, result_.name, tools_.progress, !verdict.rebooted && !(waited && meanwhile && meanwhile->rebooted));
    // What is said from here on is of the next pass: its first test may crash before start() returns.
    look();
    monitor_.restarted(now());
    if (!verdict.test.empty()) client_.crashed(to_string(verdict.fault), verdict.test);
    client_.start();
    tools_.progress.note(fmt::format("{}: restarted, the run goes on", result_.name));
  }

  const WatchTools& tools_;
  const std::string& workflow_;
  const Watchdog& dog_;
  std::counting_semaphore<>& gate_;
  NodeWatch& result_;
  const std::unique_ptr<Guest> guest_;
  RunClient client_;
  CrashRecords records_;
  RunMonitor monitor_;
  std::vector<std::string> tests_;         ///< planned
  std::map<std::string, int> times_;       ///< a test took the node down
  int in_vain_ = 0, recorded_ = -1;        ///< crashes since the last recorded test, tests recorded then
  bool has_run_ = true;
  bool others_work_ = false;               ///< it is off, and another process changes nodes
  bool paused_ = false;                    ///< its domain
  Clock::duration stood_still_{};          ///< because it was
  Clock::time_point looked_{};
  Clock::time_point begin_{};              ///< of the run
};

}  // namespace

std::vector<NodeWatch> watch(const WatchTools& tools, const std::string& workflow,
                             const std::vector<std::string>& nodes, const Watchdog& dog) {
  std::vector<NodeWatch> results;
  for (const auto& name : nodes) results.push_back({name, {}, {}, false, {}});
  std::counting_semaphore<> gate(static_cast<std::ptrdiff_t>(std::max<std::size_t>(tools.restarts_at_once, 1)));
  support::in_parallel(nodes.size(), nodes.size(), [&](std::size_t i) {
    auto& result = results[i];
    try {
      NodeWatcher(tools, workflow, dog, gate, result).run();
    } catch (const Error& e) {
      if (e.code() == ExitCode::interrupted || tools.stop.stop_requested()) return;
      result.error = e;
    } catch (const std::exception& e) {
      result.error = Error(ExitCode::failed, std::string("internal error: ") + e.what(), result.name);
    }
    if (result.error) tools.progress.failed(result.name, result.error->what());
  });
  return results;
}

}  // namespace kdevops::fleet
