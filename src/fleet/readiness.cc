// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/readiness.h"

#include <algorithm>
#include <cerrno>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "fleet/console_log.h"
#include "support/descriptor.h"
#include "support/error.h"

namespace kdevops::fleet {

namespace {

using support::Error;
using support::ExitCode;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

/// How often the console log and the domain's state are looked at.
constexpr auto kLook = seconds(1);
/// How long one attempt waits for the banner: a busy host's sshd needs seconds to say it.
constexpr auto kBanner = seconds(4);
/// sshd refuses our key this many times in a row: waiting will not change its mind.
constexpr int kRefusals = 8;

Milliseconds left(Clock::time_point end) {
  return std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(end - Clock::now()));
}

/// True when `fd` is ready for `events` before `end`.
bool ready(const support::Descriptor& fd, short events, Clock::time_point end) {
  pollfd entry{fd.get(), events, 0};
  return poll(&entry, 1, static_cast<int>(left(end).count())) == 1;
}

/// One node's wait.
class Wait {
 public:
  Wait(const Context& context, const plan::Node& node, const std::string& address, std::int64_t old_lease)
      : context_(context), node_(node), address_(address), old_lease_(old_lease) {}

  void run() {
    wait_for_banner();
    wait_for_python();
  }

 private:
  void wait_for_banner() {
    enter("lease");
    const auto& limits = context_.plan.deadlines;
    const auto lease_end = begin_ + seconds(limits.lease);
    const auto ssh_end = begin_ + seconds(limits.ssh);
    for (;;) {
      // A server that answers at the reserved address is as good as a lease, and often seen first.
      const auto banner = context_.banner(address_, context_.plan.ssh.port, kBanner);
      if (banner.starts_with("SSH-")) return;
      if (stage_ == "lease" && look_due() && has_lease()) enter("ssh");
      watch();
      if (stage_ == "lease" && Clock::now() >= lease_end) {
        fail(fmt::format("got no DHCP lease within {} s", limits.lease));
      }
      if (Clock::now() >= ssh_end) {
        fail(fmt::format("no SSH server answered at {} port {} within {} s", address_,
                         context_.plan.ssh.port, limits.ssh));
      }
      pause(context_.stop, context_.poll);
    }
  }

  void wait_for_python() {
    enter("python");
    const auto end = begin_ + seconds(context_.plan.deadlines.ssh);
    support::Command command;
    command.argv = ssh_command(context_.plan, address_);
    command.argv.insert(command.argv.end(), {"/run/current-system/sw/bin/python3", "-V"});
    std::string said;
    for (int refused = 0;;) {
      command.timeout = std::max(left(end), Milliseconds(1000));
      const auto result = context_.processes.run(command, context_.stop);
      check_stop(context_.stop);
      if (result.status == 0 && result.out.find("Python 3") != std::string::npos) return;
      said = result.err.empty() ? result.out : result.err;
      while (!said.empty() && said.back() == '\n') said.pop_back();
      refused = said.find("Permission denied") == std::string::npos ? 0 : refused + 1;
      if (refused == kRefusals) fail("its SSH server does not accept our key: " + said);
      watch();
      if (Clock::now() >= end) {
        fail(fmt::format("python3 did not answer through SSH within {} s; the last attempt said: {}",
                         context_.plan.deadlines.ssh, said.empty() ? "nothing" : said));
      }
      pause(context_.stop, context_.poll * 2);
    }
  }

  void enter(const char* stage) {
    stage_ = stage;
    context_.progress.stage(node_.name, stage);
  }

  bool look_due() const { return Clock::now() - looked_ >= kLook; }

  bool has_lease() { return lease_expiry(context_, node_, address_) > old_lease_; }

  /// Ends the wait early when there is nothing left to wait for.
  void watch() {
    if (!look_due()) return;
    looked_ = Clock::now();
    const auto crash = crash_line(console_text(context_, node_.directory));
    if (!crash.empty()) fail("the guest crashed: " + crash, ExitCode::guest_crashed);
    const auto domain = context_.hypervisor.domain(node_.name);
    if (!domain || domain->state == hypervisor::State::off ||
        domain->state == hypervisor::State::crashed) {
      fail("the guest stopped while it came up", ExitCode::guest_crashed);
    }
  }

  [[noreturn]] void fail(const std::string& what, ExitCode code = ExitCode::deadline_passed) {
    std::string state = "not known";
    try {
      const auto domain = context_.hypervisor.domain(node_.name);
      state = domain ? hypervisor::to_string(domain->state) : "gone";
    } catch (const Error&) {
      // The connection may be what broke; the diagnosis goes out without it.
    }
    const auto log = last_lines(console_text(context_, node_.directory), 8);
    auto hint = log.empty() ? std::string("The console shows nothing.\n")
                            : "The last lines of its console:\n" + log;
    hint += fmt::format("  Log: {}/console.log\n  Try: nixos-vm console {}", node_.directory, node_.name);
    if (code == ExitCode::deadline_passed) {
      hint += ", or more time with CONFIG_NIXOS_SSH_TIMEOUT and CONFIG_NIXOS_DHCP_TIMEOUT";
    }
    throw Error(code, fmt::format("{} (stage {}, domain {})", what, stage_, state), node_.name, hint);
  }

  const Context& context_;
  const plan::Node& node_;
  const std::string& address_;
  const std::int64_t old_lease_;
  const Clock::time_point begin_ = Clock::now();
  Clock::time_point looked_{};
  std::string stage_;
};

}  // namespace

std::string read_banner(const std::string& address, int port, Milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) return {};
  const support::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) < 0 &&
      (errno != EINPROGRESS || !ready(socket, POLLOUT, end))) {
    return {};
  }
  std::string line;
  while (line.size() < 256 && line.find('\n') == std::string::npos) {
    char buffer[256];
    if (!ready(socket, POLLIN, end)) return {};
    const auto got = recv(socket.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return {};
    line.append(buffer, static_cast<std::size_t>(got));
  }
  line.resize(std::min(line.size(), line.find_first_of("\r\n")));
  return line;
}

std::vector<std::string> ssh_command(const plan::Plan& plan, const std::string& address) {
  return {"ssh", "-F", "none",
          "-o", "BatchMode=yes",
          "-o", "StrictHostKeyChecking=no",
          "-o", "UserKnownHostsFile=/dev/null",
          "-o", "LogLevel=ERROR",
          "-o", "ConnectTimeout=10",
          "-o", "IdentitiesOnly=yes",
          "-i", support::expand_home(plan.ssh.key),
          "-p", std::to_string(plan.ssh.port),
          plan.ssh.user + "@" + address};
}

std::int64_t lease_expiry(const Context& context, const plan::Node& node, const std::string& address) {
  std::int64_t expiry = 0;
  for (const auto& lease : context.hypervisor.leases(context.plan.libvirt.network)) {
    if (lease.mac == node.mac && lease.address == address) expiry = std::max(expiry, lease.expires);
  }
  return expiry;
}

bool has_crashed(const Context& context, const plan::Node& node, const std::string& address) {
  return !crash_line(console_text(context, node.directory)).empty() &&
         !context.banner(address, context.plan.ssh.port, kBanner).starts_with("SSH-");
}

void wait_until_ready(const Context& context, const plan::Node& node, const std::string& address,
                      std::int64_t old_lease) {
  Wait(context, node, address, old_lease).run();
}

}  // namespace kdevops::fleet
