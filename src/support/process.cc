// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "support/descriptor.h"
#include "support/error.h"

extern char** environ;

namespace kdevops::support {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) throw system_error("pipe2", "", errno);
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

std::vector<std::string> child_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!added.contains(std::string(text.substr(0, text.find('='))))) entries.emplace_back(text);
  }
  for (const auto& [name, value] : added) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (auto& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Owns posix_spawn's two argument objects.
struct SpawnSetup {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSetup() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // A child starts with default signals: we may have blocked or ignored some.
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigfillset(&set);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
};

/// Delivers complete lines of `text` past `seen` to `callback`.
void deliver_lines(const std::string& text, std::size_t& seen,
                   const std::function<void(const std::string&)>& callback) {
  if (!callback) return;
  for (auto end = text.find('\n', seen); end != std::string::npos; end = text.find('\n', seen)) {
    callback(text.substr(seen, end - seen));
    seen = end + 1;
  }
}

/// A signal to send when the time comes; SIGTERM first, SIGKILL two seconds later.
class Executioner {
 public:
  Executioner(pid_t pid, std::optional<std::chrono::milliseconds> timeout, std::stop_token stop)
      : pid_(pid), stop_(std::move(stop)) {
    if (timeout) deadline_ = Clock::now() + *timeout;
  }
  /// Returns true when the time-out (not the stop token) ended the child.
  bool timed_out() const { return timed_out_; }

  void tick() {
    const auto now = Clock::now();
    if (!terminated_) {
      const bool late = deadline_ && now >= *deadline_;
      if (!late && !stop_.stop_requested()) return;
      timed_out_ = late;
      kill(pid_, SIGTERM);
      terminated_ = now;
    } else if (!killed_ && now - *terminated_ >= std::chrono::seconds(2)) {
      kill(pid_, SIGKILL);
      killed_ = true;
    }
  }

 private:
  pid_t pid_;
  std::stop_token stop_;
  std::optional<Clock::time_point> deadline_, terminated_;
  bool killed_ = false, timed_out_ = false;
};

}  // namespace

ProcessResult RealProcesses::run(const Command& command, std::stop_token stop) {
  Pipe input, out, err;
  if (!command.input.empty()) input = make_pipe();
  if (!command.inherit_output) {
    out = make_pipe();
    err = make_pipe();
  }

  SpawnSetup setup;
  auto* actions = &setup.actions;
  if (input.read) {
    posix_spawn_file_actions_adddup2(actions, input.read.get(), 0);
  } else if (!command.inherit_output) {
    posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  }
  if (out.write) posix_spawn_file_actions_adddup2(actions, out.write.get(), 1);
  if (err.write) posix_spawn_file_actions_adddup2(actions, err.write.get(), 2);
  posix_spawn_file_actions_addclosefrom_np(actions, 3);  // what we inherited ends with us
  if (!command.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(actions, command.directory.c_str());
  }
  auto arguments = command.argv;
  auto environment = child_environment(command.environment);
  pid_t pid = 0;
  const int failure = posix_spawnp(&pid, arguments.front().c_str(), actions, &setup.attributes,
                                   pointers(arguments).data(), pointers(environment).data());
  if (failure != 0) {
    throw Error(ExitCode::host_not_ready,
                fmt::format("cannot run: {}", std::generic_category().message(failure)),
                command.argv.front(), "install it with: make deps");
  }
  input.read.reset();
  out.write.reset();
  err.write.reset();

  ProcessResult result;
  Executioner executioner(pid, command.timeout, std::move(stop));
  std::string_view to_send = command.input;
  std::size_t seen_out = 0, seen_err = 0;
  if (input.write) {
    fcntl(input.write.get(), F_SETFL, O_NONBLOCK);
    signal(SIGPIPE, SIG_IGN);
  }
  while (out.read || err.read || input.write) {
    std::array<pollfd, 3> fds{{{out.read.get(), POLLIN, 0},
                               {err.read.get(), POLLIN, 0},
                               {input.write.get(), POLLOUT, 0}}};
    poll(fds.data(), fds.size(), 100);
    executioner.tick();
    const auto drain = [](pollfd& fd, Descriptor& end, std::string& text) {
      if (fd.revents == 0) return;
      char buffer[65536];
      const ssize_t n = ::read(fd.fd, buffer, sizeof buffer);
      if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) end.reset();
    };
    drain(fds[0], out.read, result.out);
    drain(fds[1], err.read, result.err);
    deliver_lines(result.out, seen_out, command.on_output_line);
    deliver_lines(result.err, seen_err, command.on_error_line);
    if (fds[2].revents != 0) {
      const ssize_t n = ::write(fds[2].fd, to_send.data(), to_send.size());
      if (n > 0) to_send.remove_prefix(static_cast<std::size_t>(n));
      if (to_send.empty() || (n < 0 && errno != EINTR && errno != EAGAIN)) input.write.reset();
    }
  }
  int status = 0;
  for (;;) {
    const pid_t done = waitpid(pid, &status, WNOHANG);
    if (done == pid) break;
    if (done < 0 && errno != EINTR) throw system_error("waitpid", command.argv.front(), errno);
    executioner.tick();
    // With pipes the child is as good as gone here; without, this is the waiting itself.
    poll(nullptr, 0, command.inherit_output ? 20 : 1);
  }
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.timed_out = executioner.timed_out();
  return result;
}

ProcessResult Processes::check(const Command& command, std::stop_token stop) {
  ProcessResult result = run(command, std::move(stop));
  if (result.status == 0) return result;
  // The last lines say why; a long log is in the way.
  std::string tail = result.err;
  for (std::size_t lines = 0, at = tail.size(); at-- > 0;) {
    if (tail[at] == '\n' && ++lines > 15) {
      tail = tail.substr(at + 1);
      break;
    }
  }
  const std::string why = result.timed_out ? "did not end in time"
                                           : fmt::format("failed with status {}", result.status);
  throw Error(result.timed_out ? ExitCode::deadline_passed : ExitCode::failed, why,
              shell_quote(command.argv), tail);
}

ProcessResult FakeProcesses::run(const Command& command, std::stop_token) {
  commands.push_back(command);
  return answer ? answer(command) : ProcessResult{0, "", "", false};
}

void replace_process(const std::vector<std::string>& argv) {
  auto arguments = argv;
  execvp(arguments.front().c_str(), pointers(arguments).data());
  throw Error(ExitCode::host_not_ready,
              fmt::format("cannot run: {}", std::generic_category().message(errno)), argv.front(),
              "install it with: make deps");
}

std::string shell_quote(const std::vector<std::string>& argv) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  std::string line;
  for (const auto& argument : argv) {
    if (!line.empty()) line += ' ';
    if (!argument.empty() && argument.find_first_not_of(plain) == std::string::npos) {
      line += argument;
      continue;
    }
    line += '\'';
    for (const char c : argument) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace kdevops::support
