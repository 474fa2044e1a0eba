// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nix/closure.h"
#include "support/error.h"

namespace kdevops::nix {
namespace {

using support::Command;
using support::Error;
using support::ExitCode;
using support::FakeProcesses;
using support::MemoryFiles;
using support::ProcessResult;
using testing::ElementsAre;
using testing::HasSubstr;

class Closure : public testing::Test {
 protected:
  Closure() {
    settings_.library = "/top/nixos/flake";
    files_.contents["/top/nixos/flake/flake.nix"] = "{ }";
    files_.contents["/top/templates/nix/imageless.nix"] =
        "d = \"@description@\";\nl = \"@library@\";\nn = \"@nixpkgs@\";\np = \"@platform@\";\n"
        "\"@source@\".url = \"@source_url@\";\n";
    processes_.answer = [this](const Command& command) -> ProcessResult {
      const auto& argv = command.argv;
      if (argv[1] == "--version") return {0, "nix (Nix) " + version_ + "\n", "", false};
      if (argv[1] == "build") return {0, R"([{"outputs": {"out": "/nix/store/0-nixos-system-vm-26"}}])", "", false};
      return {0, "", "", false};
    };
    files_.contents["/nix/store/0-nixos-system-vm-26/boot.json"] =
        R"({"org.nixos.bootspec.v1": {"system": "x86_64-linux", "label": "l", "init": "/nix/store/0-nixos-system-vm-26/init",
            "toplevel": "/nix/store/0-nixos-system-vm-26", "initrd": "/nix/store/1-initrd/initrd"}})";
  }

  plan::ClosureRequest request(const std::string& text) { return plan::parse_closure_request(text, "r.json"); }

  /// What was run after `nix --version`, without the options that every command has.
  std::vector<std::string> commands() const {
    std::vector<std::string> lines;
    for (const auto& command : processes_.commands) {
      if (command.argv[1] == "--version") continue;
      auto line = support::shell_quote(command.argv);
      lines.push_back(line.substr(0, line.find(" --extra-experimental-features")));
    }
    return lines;
  }

  plan::Nix settings_;
  MemoryFiles files_;
  FakeProcesses processes_;
  std::string version_ = "2.26.3";
  const std::string directory_ = "/c/vm";
};

TEST_F(Closure, GoesFromARequestToABootSpecification) {
  const auto wanted = request(R"({"vm_name": "vm", "overrides": [{"pkg": "fio", "src": "/s/fio"}]})");
  EXPECT_EQ(closure_directory("/c", wanted.system.name), directory_);
  const auto rendered = render_closure(wanted, settings_, directory_, "/top", files_);
  EXPECT_EQ(files_.read("/c/vm/flake.nix"), rendered.flake_nix);
  EXPECT_EQ(files_.read("/c/vm/default.nix"), rendered.default_nix);
  EXPECT_THAT(rendered.flake_nix, HasSubstr("\"fio-src\".url = \"path:/s/fio\";"));
  EXPECT_THAT(rendered.default_nix, HasSubstr("networking.hostName = \"vm\";"));
  EXPECT_TRUE(processes_.commands.empty());

  NixCli nix(processes_, settings_);
  lock_closure(wanted.system, directory_, false, files_, nix);
  const auto boot = build_closure(directory_, files_, nix);
  EXPECT_EQ(boot.init, boot.toplevel + "/init");
  EXPECT_EQ(boot.initrd, "/nix/store/1-initrd/initrd");
  EXPECT_THAT(commands(), ElementsAre("nix flake lock path:/c/vm",
                                      HasSubstr("nix build --json --no-link --print-build-logs 'path:/c/vm#toplevel'"),
                                      HasSubstr("--add-root /c/vm/result --indirect")));
}

TEST_F(Closure, LocksAnewWhatItIsToldTo) {
  const auto wanted = request(R"({"vm_name": "vm", "overrides": [{"pkg": "fio", "src": "/s/fio"},
                                  {"pkg": "damo", "src": "https://example.org/damo"}]})");
  files_.contents["/c/vm/flake.nix"] = files_.contents["/c/vm/flake.lock"] = "{ }";
  NixCli nix(processes_, settings_);
  lock_closure(wanted.system, directory_, false, files_, nix);
  lock_closure(wanted.system, directory_, true, files_, nix);
  EXPECT_THAT(commands(), ElementsAre("nix flake update --flake path:/c/vm fio-src",
                                      "nix flake update --flake path:/c/vm fio-src nixos-flake"));
  settings_.standin = true;
  version_ = "2.8.0";
  processes_.commands.clear();
  NixCli old(processes_, settings_);
  lock_closure(wanted.system, directory_, true, files_, old);
  EXPECT_THAT(commands(), ElementsAre("nix flake lock path:/c/vm --update-input fio-src --update-input nixos-flake"));
}

TEST_F(Closure, SaysWhatIsMissing) {
  NixCli nix(processes_, settings_);
  const auto wanted = request("{}");
  EXPECT_THROW(lock_closure(wanted.system, directory_, false, files_, nix), Error);
  EXPECT_THROW(build_closure(directory_, files_, nix), Error);
  settings_.library = "/nowhere";
  try {
    render_closure(wanted, settings_, directory_, "/top", files_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), "/nowhere");
  }
  EXPECT_FALSE(files_.exists("/c/vm/flake.nix"));
}

TEST(ClosureDirectory, CanBeWrittenAsAFlakeReference) {
  for (const char* parent : {"relative", "~/closures", "/with blank", "/a?b", "/a#b", "/a%20b"}) {
    EXPECT_THROW(closure_directory(parent, "vm"), Error) << parent;
  }
}

}  // namespace
}  // namespace kdevops::nix
