// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/build.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kernel/source.h"
#include "support/error.h"
#include "support/hash.h"
#include "support/terminal.h"

namespace kdevops::kernel {

using support::Command;
using support::Error;
using support::ExitCode;

namespace {

std::string architecture(const plan::Plan& plan) {
  if (!plan.systems.empty()) return plan.systems.front().platform.substr(0, plan.systems.front().platform.find('-'));
  return plan.libvirt.machine == "virt" ? "aarch64" : "x86_64";
}

/// What kernel trees call it.
std::string kernel_arch(const std::string& arch) { return arch == "aarch64" ? "arm64" : arch; }

bool is_native(const std::string& arch) {
  utsname name{};
  return uname(&name) == 0 && arch == name.machine;
}

/// A stage's output: to the log, its end kept for a failure, and on a terminal one line that moves.
class Progress {
 public:
  explicit Progress(const std::string& log) : log_(log, std::ios::app), terminal_(support::is_terminal(STDERR_FILENO)) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\033[K");
  }
  Progress(const Progress&) = delete;

  void start(const std::vector<std::string>& argv) { log_ << "$ " << support::shell_quote(argv) << std::endl; }

  void line(const std::string& text, bool error) {
    log_ << text << '\n';
    tail_.push_back(text);
    if (tail_.size() > 25) tail_.pop_front();
    // A warning that scrolls away among thousands of lines is one nobody sees; errors come at the end.
    if (error || !terminal_ || !text.starts_with("  ")) return;
    ++count_;
    fmt::print(stderr, "\r\033[K{:7} {}", count_, text.substr(0, 70));
    std::fflush(stderr);
    shown_ = true;
  }
  std::string tail() {
    log_.flush();
    return fmt::format("{}", fmt::join(tail_, "\n"));
  }

 private:
  std::ofstream log_;
  std::deque<std::string> tail_;
  bool terminal_, shown_ = false;
  int count_ = 0;
};

}  // namespace

std::vector<plan::LinuxRef> chosen_refs(const plan::Plan& plan, const std::vector<std::string>& names) {
  if (!plan.linux.enabled) {
    throw Error(ExitCode::configuration, "this configuration builds no kernel", {},
                "set CONFIG_WORKFLOW_LINUX_CUSTOM=y (menu \"Kernel under test\"), or start guests without an image");
  }
  if (names.empty()) return plan.linux.refs;
  std::vector<plan::LinuxRef> chosen;
  for (const auto& name : names) {
    const auto it = std::find_if(plan.linux.refs.begin(), plan.linux.refs.end(),
                                 [&](const auto& ref) { return ref.name == name; });
    if (it != plan.linux.refs.end()) {
      chosen.push_back(*it);
      continue;
    }
    std::vector<std::string> known;
    for (const auto& ref : plan.linux.refs) known.push_back(ref.name);
    throw Error(ExitCode::usage, fmt::format("there is no kernel \"{}\"", name), {},
                fmt::format("this configuration has: {}{}", fmt::join(known, ", "),
                            name == "dev" ? "; a development kernel needs CONFIG_KDEVOPS_BASELINE_AND_DEV=y and "
                                            "CONFIG_BOOTLINUX_AB_DIFFERENT_REF=y"
                                          : ""));
  }
  return chosen;
}

Builder::Builder(const plan::Plan& plan, support::Files& files, support::Processes& processes)
    : plan_(plan), linux_(plan.linux), files_(files), processes_(processes), arch_(architecture(plan)) {}

Builder::Place Builder::place(const plan::LinuxRef& ref) const {
  const auto build = linux_.build + "/" + ref.name;
  return {source_directory(linux_, ref), build, build + ".log"};
}

void Builder::say(const plan::LinuxRef& ref, const std::string& text) const {
  fmt::print(stderr, "nixos-kernel: {}: {}\n", ref.name, text);
}

Command Builder::make(const plan::LinuxRef& ref, std::vector<std::string> targets) {
  if (!toolchain_) {
    toolchain_ = find_toolchain(plan_.nix, processes_);
    fmt::print(stderr, "nixos-kernel: with {}\n", toolchain_->description);
  }
  const auto [source, build, log] = place(ref);
  Command command;
  command.argv = toolchain_->prefix;
  auto& argv = command.argv;
  argv.insert(argv.end(), {"make", "-C", source, "O=" + build, "ARCH=" + kernel_arch(arch_),
                           // Given, even if empty, it also keeps "+" off the release of an untagged commit.
                           "LOCALVERSION=" + ref.localversion,
                           fmt::format("-j{}", std::max(1u, std::thread::hardware_concurrency()))});
  std::string compiler = linux_.compiler;
  if (compiler == "clang") {
    argv.push_back("LLVM=1");
  } else if (!is_native(arch_)) {
    const auto triple = arch_ + "-linux-gnu-";
    argv.push_back("CROSS_COMPILE=" + triple);
    compiler = triple + compiler;
  }
  if (linux_.ccache) argv.push_back("CC=ccache " + compiler);
  argv.insert(argv.end(), targets.begin(), targets.end());
  // The flags and variables of the make that called us (O=, V=, a job server) are not meant for this one.
  for (const char* name : {"MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "GNUMAKEFLAGS"}) command.environment[name] = "";
  command.environment["KCONFIG_CONFIG"] = ".config";
  command.environment["LC_ALL"] = "C";
  return command;
}

std::string Builder::ask(const plan::LinuxRef& ref, const std::string& target) {
  auto command = make(ref, {"-s", target});
  const auto out = processes_.check(command).out;
  // make may say "Entering directory" first, and nix's shell hook anything.
  const auto end = out.find_last_not_of('\n');
  if (end == std::string::npos) throw Error(ExitCode::failed, "answered nothing", support::shell_quote(command.argv));
  const auto begin = out.rfind('\n', end);
  return out.substr(begin + 1, end - begin);
}

void Builder::run(const plan::LinuxRef& ref, const std::string& stage, Command command) {
  const auto log = place(ref).log;
  support::ProcessResult result;
  std::string tail;
  {
    Progress progress(log);
    progress.start(command.argv);
    command.on_output_line = [&](const std::string& line) { progress.line(line, false); };
    command.on_error_line = [&](const std::string& line) { progress.line(line, true); };
    result = processes_.run(command);
    tail = progress.tail();
  }
  if (result.status == 0) return;
  throw Error(ExitCode::failed, fmt::format("{} of the {} kernel failed with status {}:\n{}", stage, ref.name,
                                            result.status, tail),
              log, "all of it is in that file; to run it by hand:\n" + support::shell_quote(command.argv));
}

void Builder::clone(const plan::LinuxRef& ref, bool update) {
  const auto commit = fetch_source(linux_, ref, update, files_, processes_);
  const auto [source, build, log] = place(ref);
  say(ref, fmt::format("{}{}", source, commit.empty() ? " as it is" : " at " + commit.substr(0, 12)));
}

void Builder::configure(const plan::LinuxRef& ref) {
  const auto [source, build, log] = place(ref);
  if (!files_.exists(source + "/Makefile")) clone(ref, false);
  if (files_.exists(source + "/.config") || files_.exists(source + "/include/config/auto.conf")) {
    throw Error(ExitCode::configuration, "has been built in place, which kernel trees do not mix with other builds",
                source, "run there: make mrproper (it removes .config, too), or give a ref so that it is cloned");
  }
  const auto recipe = make_recipe(linux_.fragments, plan_.instance.topdir, source, arch_, files_);
  files_.make_directories(build);
  files_.write(log, "");

  const auto config = build + "/.config", stamp = build + "/.kdevops-recipe";
  const auto fingerprint =
      support::sha256_hex(fmt::format("{}\n{}\n{}\n{}", recipe.target, to_text(recipe.settings), linux_.compiler,
                                      files_.read_or_throw(source + "/Makefile"))) + "\n";
  if (files_.exists(config) && files_.read(stamp) == fingerprint) {
    run(ref, "make olddefconfig", make(ref, {"olddefconfig"}));
    return;
  }
  say(ref, fmt::format("configuring: {}", fmt::join(linux_.fragments, " ")));
  files_.remove(stamp);
  const auto settings = build + "/.kdevops-settings";
  files_.write(settings, to_text(recipe.settings));
  auto start = make(ref, {recipe.target});
  // all*config take these while they decide, so that what depends on them starts from "no", too.
  start.environment["KCONFIG_ALLCONFIG"] = settings;
  run(ref, "make " + recipe.target, start);
  files_.write(config, merged(files_.read_or_throw(config), recipe.settings));
  run(ref, "make olddefconfig", make(ref, {"olddefconfig"}));

  const auto dropped = lost(recipe.required, parse_config(files_.read_or_throw(config), config));
  if (!dropped.empty()) {
    std::string list;
    for (const auto& one : dropped) list += fmt::format("CONFIG_{}={}: {}\n", one.symbol, one.wanted, one.got);
    throw Error(ExitCode::configuration,
                fmt::format("the tree does not take {} setting{} of {}", dropped.size(), dropped.size() == 1 ? "" : "s",
                            fmt::join(recipe.files, ", ")),
                source, list + "set what they depend on, too, or take them out of the fragment");
  }
  files_.write(stamp, fingerprint);
}

void Builder::build(const plan::LinuxRef& ref) {
  configure(ref);
  const auto release = ask(ref, "kernelrelease");
  say(ref, fmt::format("building {} (log: {})", release, place(ref).log));
  run(ref, "make", make(ref, {"all"}));
}

Record Builder::install(const plan::LinuxRef& ref) {
  const auto [source, build_directory, log] = place(ref);
  if (!files_.exists(build_directory + "/vmlinux")) build(ref);
  const auto& destdir = linux_.destdir;
  Record record;
  record.release = ask(ref, "kernelrelease");
  for (const auto& other : linux_.refs) {
    const auto path = linux_.record(other.name);
    const auto text = other.name == ref.name ? std::nullopt : files_.read(path);
    if (!text || from_json(*text, path).release != record.release) continue;
    throw Error(ExitCode::configuration, fmt::format("the {} and the {} kernel would both be {}, with one directory of "
                                                     "modules", other.name, ref.name, record.release),
                path, "tell them apart: CONFIG_BOOTLINUX_TREE_LOCALVERSION, CONFIG_TARGET_LINUX_DEV_LOCALVERSION");
  }
  const auto boot = destdir + "/boot/";
  record.image = boot + "vmlinuz-" + record.release;
  record.config = boot + "config-" + record.release;
  record.modules = destdir + "/lib/modules";
  record.vmlinux = build_directory + "/vmlinux";
  record.source = source;
  record.build = build_directory;
  files_.make_directories(record.modules);
  const auto config = files_.read_or_throw(build_directory + "/.config");
  const auto symbols = parse_config(config, build_directory + "/.config");
  if (const auto modules = symbols.find("MODULES"); modules != symbols.end() && modules->second == "y") {
    auto command = make(ref, {"INSTALL_MOD_PATH=" + destdir, "modules_install"});
    run(ref, "make modules_install", command);
  }
  files_.write_if_changed(record.config, config);
  files_.write_if_changed(boot + "System.map-" + record.release, files_.read_or_throw(build_directory + "/System.map"));
  files_.write_if_changed(record.image, files_.read_or_throw(build_directory + "/" + ask(ref, "image_name")));
  // Last: until it is there, guests boot what they booted before.
  files_.write_if_changed(linux_.record(ref.name), to_json(record));
  say(ref, fmt::format("installed {} in {}", record.release, destdir));
  return record;
}

}  // namespace kdevops::kernel
