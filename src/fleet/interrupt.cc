// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/interrupt.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <unistd.h>

#include "support/error.h"

namespace kdevops::fleet {

namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const auto set = watched_signals();
  // Blocked in every thread made from now on; the watcher fetches them. Children get the signals
  // of the terminal themselves, with the mask that the process seam resets.
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  watcher_ = std::jthread([this, set](std::stop_token done) {
    while (!done.stop_requested()) {
      const timespec wait{0, 200'000'000};
      if (sigtimedwait(&set, nullptr, &wait) < 0) continue;
      if (source_.stop_requested()) _exit(static_cast<int>(support::ExitCode::interrupted));
      source_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  watcher_.request_stop();
  watcher_.join();
  const auto set = watched_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace kdevops::fleet
