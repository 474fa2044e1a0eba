// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/source.h"

#include <cstdio>

#include <fmt/format.h>

#include "support/error.h"
#include "support/hash.h"

namespace kdevops::kernel {

using support::Error;
using support::ExitCode;
using support::Files;
using support::Processes;

namespace {

/// Marks a clone as made here; another one's HEAD is not ours to move.
constexpr const char* mark = "kdevops.managed";

class Git {
 public:
  Git(std::string directory, Processes& processes) : directory_(std::move(directory)), processes_(processes) {}

  support::Command command(std::vector<std::string> arguments) const {
    support::Command command;
    command.argv = {"git", "-C", directory_};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    // Never wait for a password or a new host key that nobody will type.
    command.environment = {{"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}};
    return command;
  }
  std::string check(std::vector<std::string> arguments) const {
    return line(processes_.check(command(std::move(arguments))).out);
  }
  /// Its answer, or an empty text when it failed.
  std::string ask(std::vector<std::string> arguments) const {
    const auto result = processes_.run(command(std::move(arguments)));
    return result.status == 0 ? line(result.out) : std::string{};
  }
  support::ProcessResult run(std::vector<std::string> arguments) const {
    return processes_.run(command(std::move(arguments)));
  }

 private:
  static std::string line(const std::string& text) { return text.substr(0, text.find('\n')); }

  std::string directory_;
  Processes& processes_;
};

bool is_path(const std::string& url) { return url.starts_with('/'); }

/// A ref of ours for what a ref of `url` was when it was fetched: branches of two remotes differ.
std::string kept_ref(const plan::Linux& linux, const std::string& ref) {
  return fmt::format("refs/kdevops/{}/{}", support::sha256_hex(linux.url).substr(0, 8), ref);
}

void make_clone(const plan::Linux& linux, Files& files, Processes& processes) {
  if (files.exists(linux.tree + "/.git")) return;
  if (!files.list(linux.tree).empty()) {
    throw Error(ExitCode::configuration, "is not empty and no git tree", linux.tree,
                "to build a directory as it is: CONFIG_BOOTLINUX_TREE=\"" + linux.tree +
                    "\" without a ref; else move it away");
  }
  files.make_directories(linux.tree);
  const Git git(linux.tree, processes);
  git.check({"init", "-q"});
  if (is_path(linux.url)) {
    // Objects of a tree on this machine are used where they are.
    const auto objects = Git(linux.url, processes).check({"rev-parse", "--path-format=absolute", "--git-path", "objects"});
    files.write(linux.tree + "/.git/objects/info/alternates", objects + "\n");
  }
  git.check({"config", mark, "true"});
}

std::string known_commit(const Git& git, const plan::Linux& linux, const std::string& ref) {
  // A full commit id needs no ref, but must be there.
  for (const auto& name : {kept_ref(linux, ref), ref}) {
    if (name == "HEAD") continue;
    auto commit = git.ask({"rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"});
    if (!commit.empty()) return commit;
  }
  return {};
}

std::string fetch(const Git& git, const plan::Linux& linux, const std::string& ref) {
  fmt::print(stderr, "nixos-kernel: fetching {} of {}\n", ref, linux.url);
  std::vector<std::string> arguments{"fetch", "--quiet", "--no-write-fetch-head"};
  if (linux.depth != 0 && !is_path(linux.url)) {
    arguments.insert(arguments.end(), {"--no-tags", fmt::format("--depth={}", linux.depth)});
  }
  arguments.insert(arguments.end(), {"--end-of-options", linux.url, fmt::format("+{}:{}", ref, kept_ref(linux, ref))});
  const auto result = git.run(arguments);
  if (result.status != 0) {
    throw Error(ExitCode::failed, fmt::format("cannot fetch {} of {}: {}", ref, linux.url, result.err), linux.tree,
                "check CONFIG_BOOTLINUX_TREE and its ref; to see it by hand:\n" +
                    support::shell_quote({"git", "ls-remote", linux.url, ref}));
  }
  auto commit = known_commit(git, linux, ref);
  if (commit.empty()) throw Error(ExitCode::failed, fmt::format("{} of {} is no commit", ref, linux.url), linux.tree);
  return commit;
}

void check_out(const std::string& directory, const std::string& commit, const std::string& ref, Processes& processes) {
  const Git git(directory, processes);
  if (git.ask({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}) == commit) return;
  if (git.ask({"config", mark}) != "true") {
    throw Error(ExitCode::configuration, fmt::format("is not at {}, and this clone was not made here", ref), directory,
                fmt::format("check {} out there yourself, or build what it is at: leave the ref empty and name it in "
                            "CONFIG_BOOTLINUX_TREE", ref));
  }
  const auto branch = git.ask({"symbolic-ref", "--quiet", "--short", "HEAD"});
  const bool unborn = git.ask({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}).empty();
  if (!branch.empty() && !unborn) {
    throw Error(ExitCode::configuration, fmt::format("is on a branch of yours, {}", branch), directory,
                fmt::format("to build that: CONFIG_BOOTLINUX_TREE=\"{}\" without a ref; to go to {} again:\n{}", directory,
                            ref, support::shell_quote({"git", "-C", directory, "checkout", "--detach"})));
  }
  const auto result = git.run({"checkout", "--quiet", "--detach", commit});
  if (result.status != 0) {
    throw Error(ExitCode::failed, fmt::format("git will not go to {}: {}", ref, result.err), directory,
                "changes of yours are in the way: commit them to a branch, or remove them");
  }
}

}  // namespace

bool is_own_directory(const plan::Linux& linux, const plan::LinuxRef& ref) {
  return is_path(linux.url) && ref.ref.empty();
}

std::string source_directory(const plan::Linux& linux, const plan::LinuxRef& ref) {
  if (is_own_directory(linux, ref)) return linux.url;
  return ref.name == linux.refs.front().name ? linux.tree : linux.tree + "-" + ref.name;
}

std::string fetch_source(const plan::Linux& linux, const plan::LinuxRef& ref, bool update, Files& files,
                         Processes& processes) {
  const auto directory = source_directory(linux, ref);
  if (is_own_directory(linux, ref)) {
    for (const char* part : {"/Makefile", "/Kconfig", "/scripts"}) {
      if (files.exists(directory + part)) continue;
      throw Error(ExitCode::configuration, fmt::format("is no kernel tree: there is no {}{}", directory, part), directory,
                  "CONFIG_BOOTLINUX_TREE names it");
    }
    return {};
  }
  make_clone(linux, files, processes);
  const Git git(linux.tree, processes);
  const std::string name = ref.ref.empty() ? "HEAD" : ref.ref;
  auto commit = update ? std::string{} : known_commit(git, linux, name);
  if (commit.empty()) commit = fetch(git, linux, name);
  if (directory != linux.tree && !files.exists(directory + "/.git")) {
    git.check({"worktree", "prune"});
    git.check({"worktree", "add", "--quiet", "--force", "--detach", directory, commit});
  }
  check_out(directory, commit, name, processes);
  return commit;
}

}  // namespace kdevops::kernel
