// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/build.h"
#include "kernel/config.h"
#include "kernel/fragments.h"
#include "kernel/guest.h"
#include "kernel/record.h"
#include "kernel/source.h"
#include "kernel/toolchain.h"
#include "support/error.h"

namespace kdevops::kernel {
namespace {

using support::Error;
using support::ExitCode;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string top = KDEVOPS_SOURCE_DIR;

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

template <typename Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ExitCode::ok, ""};
}

std::vector<std::string> symbols(const std::vector<Missing>& all) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.symbol + "=" + one.needed + "/" + one.has);
  return names;
}

Config imageless() {
  auto config = parse_config(read(top + "/kconfigs/kernel/imageless.config"), "", true);
  config.merge(parse_config(read(top + "/kconfigs/kernel/imageless.x86_64.config"), "", true));
  return config;
}

TEST(KernelConfig, ReadsWhatKconfigWrites) {
  const auto config = parse_config("#\n# Linux/x86 6.1 Kernel Configuration\n#\nCONFIG_A=y\n# CONFIG_B is not set\n"
                                   "CONFIG_C=\"a b\"\nCONFIG_D=0x1f\nCONFIG_E=-3\r\nCONFIG_F=m", "x", true);
  EXPECT_EQ(config, (Config{{"A", "y"}, {"B", "n"}, {"C", "\"a b\""}, {"D", "0x1f"}, {"E", "-3"}, {"F", "m"}}));
  EXPECT_EQ(to_text(config), "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"a b\"\nCONFIG_D=0x1f\nCONFIG_E=-3\nCONFIG_F=m\n");
}

TEST(KernelConfig, AFragmentOfOursHasNothingElse) {
  for (const char* line : {"CONFIG_A = y", "A=y", "CONFIG_A", "CONFIG_A=yes", "CONFIG_A=\"", "CONFIG_=y", "CONFIG_A=y # why"}) {
    EXPECT_TRUE(parse_config(line, "x").empty()) << line;
    const auto error = error_of([&] { parse_config(std::string("\n") + line, "x", true); });
    EXPECT_EQ(error.where(), "x:2") << line;
  }
}

TEST(KernelConfig, WhatWasLost) {
  const Config result{{"A", "y"}, {"B", "m"}, {"C", "n"}, {"D", "7"}};
  EXPECT_TRUE(lost({{"A", "y"}, {"A", "m"}, {"B", "m"}, {"C", "n"}, {"E", "n"}, {"D", "7"}}, result).empty());
  const auto all = lost({{"A", "n"}, {"B", "y"}, {"D", "8"}, {"E", "y"}}, result);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].got, "y");
  EXPECT_EQ(all[1].got, "m");
  EXPECT_EQ(all[2].got, "7");
  EXPECT_THAT(all[3].got, HasSubstr("no such symbol"));
}

TEST(KernelConfig, IsFoundInsideAnImage) {
  support::MemoryFiles files;
  support::RealProcesses real;
  support::Processes& processes = real;
  const auto packed = [&](const std::string& program, const std::string& text) {
    return processes.run({.argv = {program, "-c"}, .input = text}).out;
  };
  const std::string inner = std::string("kernel\0IKCFG_ST is also a word\0", 31) + "IKCFG_ST" +
                            packed("gzip", "CONFIG_A=y\n") + "IKCFG_ED" + std::string(64, '\0');
  files.contents["/plain"] = inner;
  files.contents["/packed"] = packed("gzip", inner);
  // setup sectors, boot protocol 2.15, the payload's place; Documentation/arch/x86/boot.rst
  std::string image(5 * 512, '\0');
  image[0x1f1] = 4;
  image.replace(0x202, 4, "HdrS");
  image[0x206] = 0x0f;
  image[0x207] = 0x02;
  const auto body = packed("xz", inner);
  image[0x248] = 16;
  image[0x24c] = static_cast<char>(body.size() & 0xff);
  image[0x24d] = static_cast<char>(body.size() >> 8);
  files.contents["/bzImage"] = image + std::string(16, '\1') + body + "behind it";
  for (const char* path : {"/plain", "/packed", "/bzImage"}) {
    EXPECT_EQ(read_config(path, files, processes), (Config{{"A", "y"}})) << path;
  }
  files.contents["/none"] = std::string("\0\0", 2);
  files.contents["/short"] = image.substr(0, 0x230);
  files.contents["/text"] = "hello\n";
  for (const char* path : {"/none", "/short", "/text"}) {
    EXPECT_EQ(error_of([&] { read_config(path, files, processes); }).where(), path);
  }
}

TEST(KernelGuest, TheFragmentImagelessHasAll) {
  const plan::Share share{.mount_point = "/mnt/linux", .tag = "t", .directory = "/d", .driver = "9p", .read_only = true,
                          .msize = 8192, .security_model = "none"};
  std::vector<plan::Drive> drives;
  for (const char* bus : {"virtio", "nvme", "ide", "scsi"}) drives.push_back({.serial = "s", .bus = bus, .format = "raw"});
  EXPECT_THAT(symbols(missing(imageless(), {"", drives, {share}})), ElementsAre());
}

TEST(KernelGuest, ModulesDoNotCountBeforeTheyCanBeLoaded) {
  auto config = imageless();
  config["VIRTIO_FS"] = "m";
  config["VIRTIO_NET"] = "m";
  config.erase("SECCOMP");
  config["AUTOFS_FS"] = "n";
  EXPECT_THAT(symbols(missing(config, {})),
              ElementsAre("VIRTIO_FS=y/m", "SECCOMP=y/n", "AUTOFS_FS or AUTOFS4_FS=m/n"));
  config["AUTOFS4_FS"] = "y";
  EXPECT_THAT(symbols(missing(config, {})), ElementsAre("VIRTIO_FS=y/m", "SECCOMP=y/n"));
}

TEST(KernelGuest, TheInitrdTellsItsUnpacker) {
  auto config = imageless();
  for (const char* name : {"RD_ZSTD", "RD_GZIP", "RD_XZ", "RD_LZ4", "RD_BZIP2"}) config[name] = "n";
  EXPECT_THAT(symbols(missing(config, {})), ElementsAre("RD_ZSTD=y/n"));
  EXPECT_THAT(symbols(missing(config, {"\x1f\x8b\x08", {}, {}})), ElementsAre("RD_GZIP=y/n"));
  EXPECT_THAT(symbols(missing(config, {"\xfd" "7zXZ", {}, {}})), ElementsAre("RD_XZ=y/n"));
  EXPECT_THAT(symbols(missing(config, {"\x02\x21\x4c\x18", {}, {}})), ElementsAre("RD_LZ4=y/n"));
  EXPECT_THAT(symbols(missing(config, {"070701", {}, {}})), ElementsAre());
}

TEST(KernelGuest, DrivesAndSharesAskForMore) {
  auto config = imageless();
  for (const char* name : {"VIRTIO_BLK", "BLK_DEV_NVME", "SATA_AHCI", "SCSI_VIRTIO", "9P_FS"}) config[name] = "n";
  EXPECT_THAT(symbols(missing(config, {})), ElementsAre());
  plan::Drive drive;
  for (const auto& [bus, symbol] : {std::pair("virtio", "VIRTIO_BLK=m/n"), std::pair("nvme", "BLK_DEV_NVME=m/n"),
                                    std::pair("ide", "SATA_AHCI=m/n"), std::pair("scsi", "SCSI_VIRTIO=m/n")}) {
    drive.bus = bus;
    EXPECT_THAT(symbols(missing(config, {"", {drive}, {}})), ElementsAre(symbol)) << bus;
  }
  plan::Share share;
  share.driver = "virtiofs";
  EXPECT_THAT(symbols(missing(config, {"", {}, {share}})), ElementsAre());
  share.driver = "9p";
  EXPECT_THAT(symbols(missing(config, {"", {}, {share}})), ElementsAre("9P_FS=m/n"));
}

TEST(KernelGuest, AnErrorListsEverything) {
  support::MemoryFiles files;
  support::FakeProcesses processes;
  files.contents["/config"] = "CONFIG_MODULES=y\n";
  const auto error = error_of([&] { check_guest({"6.1", "/i", "/config", "/m", "", "", ""}, "dev", {}, files, processes); });
  EXPECT_EQ(error.code(), ExitCode::host_not_ready);
  EXPECT_THAT(error.what(), HasSubstr("the dev kernel 6.1"));
  EXPECT_THAT(error.hint(), HasSubstr("CONFIG_VIRTIO_FS=y  /nix/store and /lib/modules come by virtiofs\n"));
  EXPECT_THAT(error.hint(), HasSubstr("CONFIG_SECCOMP=y"));
}

class Fragments : public testing::Test {
 protected:
  Recipe recipe(std::vector<std::string> words, const std::string& arch = "x86_64") {
    return make_recipe(words, "/top", "/linux", arch, files);
  }
  support::MemoryFiles files;
};

TEST_F(Fragments, StartAndStack) {
  files.contents["/top/kconfigs/kernel/a.config"] = "CONFIG_X=y\nCONFIG_Y=m\n";
  files.contents["/top/kconfigs/kernel/a.x86_64.config"] = "CONFIG_PC=y\n";
  files.contents["/top/kconfigs/kernel/a.aarch64.config"] = "CONFIG_ARM=y\n";
  files.contents["/linux/kernel/configs/kvm_guest.config"] = "CONFIG_Y=y\nodd lines of others\n";
  files.contents["/linux/arch/x86/configs/kvm_guest.config"] = "CONFIG_Z=y\n";
  auto got = recipe({"tinyconfig", "a", "kvm_guest"});
  EXPECT_EQ(got.target, "tinyconfig");
  EXPECT_EQ(got.settings, (Config{{"X", "y"}, {"Y", "y"}, {"PC", "y"}, {"Z", "y"}}));
  EXPECT_EQ(got.required, got.settings);
  got = recipe({"a"}, "aarch64");
  EXPECT_EQ(got.target, "defconfig");
  EXPECT_EQ(got.settings, (Config{{"X", "y"}, {"Y", "m"}, {"ARM", "y"}}));
}

TEST_F(Fragments, AWholeConfigurationIsNotInsistedOn) {
  files.contents["/top/kconfigs/kernel/mine.config"] =
      "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 5.10.0 Kernel Configuration\n#\nCONFIG_OLD=y\nCONFIG_A=m\n";
  files.contents["/top/kconfigs/kernel/a.config"] = "CONFIG_A=y\n";
  const auto got = recipe({"allnoconfig", "mine", "a"});
  EXPECT_EQ(got.settings, (Config{{"OLD", "y"}, {"A", "y"}}));
  EXPECT_EQ(got.required, (Config{{"A", "y"}}));
}

TEST_F(Fragments, WhatIsNotThereIsAnswered) {
  files.contents["/top/kconfigs/kernel/debug.config"] = "CONFIG_A=y\n";
  files.contents["/linux/kernel/configs/xen.config"] = "CONFIG_B=y\n";
  const auto error = error_of([&] { recipe({"debug", "debugg"}); });
  EXPECT_THAT(error.what(), HasSubstr("debugg"));
  EXPECT_THAT(error.hint(), HasSubstr("debug"));
  EXPECT_THAT(error.hint(), HasSubstr("xen"));
  EXPECT_THAT(error_of([&] { recipe({"debug", "defconfig"}); }).what(), HasSubstr("defconfig"));
  files.contents["/top/kconfigs/kernel/debug.config"] = "CONFIG_A=maybe\n";
  EXPECT_EQ(error_of([&] { recipe({"debug"}); }).where(), "/top/kconfigs/kernel/debug.config:1");
}

TEST_F(Fragments, OursParse) {
  for (const auto& entry : std::filesystem::directory_iterator(top + "/kconfigs/kernel")) {
    const auto path = entry.path().string();
    EXPECT_FALSE(parse_config(read(path), path, true).empty()) << path;
  }
}

TEST(KernelRecord, ThereAndBack) {
  const Record record{"6.1", "/b/vmlinuz", "/b/config", "/lib/modules", "", "/src", ""};
  EXPECT_EQ(from_json(to_json(record), "r"), record);
  EXPECT_EQ(from_json(R"({"release":"6.1","image":"/i","config":"/c","modules":"/m"})", "r").vmlinux, "");
  for (const char* text : {"", "[]", "{}", R"({"release":"","image":"/i","config":"/c","modules":"/m"})",
                           R"({"release":"6","image":"i","config":"/c","modules":"/m"})",
                           R"({"release":"6","image":"/i","config":"/c","modules":"/m","build":1})"}) {
    EXPECT_EQ(error_of([&] { from_json(text, "r"); }).where(), "r") << text;
  }
}

TEST(KernelRecord, AMissingKernelTellsTheCommand) {
  support::MemoryFiles files;
  plan::Linux linux;
  linux.destdir = "/d";
  linux.refs = {{"baseline", "", ""}, {"dev", "", ""}};
  auto error = error_of([&] { load_record(linux, "dev", files); });
  EXPECT_EQ(error.code(), ExitCode::host_not_ready);
  EXPECT_THAT(error.hint(), HasSubstr("make linux-dev"));
  files.contents["/d/dev.json"] = to_json({"6.1", "/i", "/c", "/m", "/gone", "", ""});
  for (const char* path : {"/i", "/c", "/m"}) {
    EXPECT_THAT(error_of([&] { load_record(linux, "dev", files); }).what(), HasSubstr(path));
    files.contents[path] = "x";
  }
  EXPECT_EQ(load_record(linux, "dev", files).release, "6.1");
}

TEST(KernelSource, PlacesOfRefs) {
  plan::Linux linux;
  linux.tree = "/data/linux";
  linux.refs = {{"baseline", "v6.1", ""}, {"dev", "", ""}};
  linux.url = "https://example.org/linux.git";
  EXPECT_EQ(source_directory(linux, linux.refs[0]), "/data/linux");
  EXPECT_EQ(source_directory(linux, linux.refs[1]), "/data/linux-dev");
  linux.url = "/home/me/linux";
  EXPECT_EQ(source_directory(linux, linux.refs[0]), "/data/linux");
  EXPECT_TRUE(is_own_directory(linux, linux.refs[1]));
  EXPECT_EQ(source_directory(linux, linux.refs[1]), "/home/me/linux");
}

TEST(KernelToolchain, NixWhereItCan) {
  support::FakeProcesses processes;
  plan::Nix nix;
  nix.library = "/top/nixos/flake";
  std::string version = "nix (Nix) 2.26.3\n";
  int shell = 0;
  processes.answer = [&](const support::Command& command) {
    if (command.argv[1] == "--version") return support::ProcessResult{0, version, "", false};
    return support::ProcessResult{shell, "", "warning: x\nerror: unable to download\n", false};
  };
  auto found = find_toolchain(nix, processes);
  EXPECT_EQ(found.prefix[2], "path:/top/nixos/flake#build-kernel");
  EXPECT_EQ(found.prefix.back(), "--command");
  EXPECT_EQ(processes.commands.back().argv.back(), "true");
  nix.nixpkgs_url = "path:/n";
  EXPECT_THAT(find_toolchain(nix, processes).prefix, testing::Contains("path:/n"));
  shell = 1;
  found = find_toolchain(nix, processes);
  EXPECT_TRUE(found.prefix.empty());
  EXPECT_THAT(found.description, HasSubstr("error: unable to download"));
  version = "nix (Nix) 2.8.0\n";
  EXPECT_THAT(find_toolchain(nix, processes).description, HasSubstr("2.8.0 is too old"));
  nix.standin = true;
  const auto before = processes.commands.size();
  EXPECT_THAT(find_toolchain(nix, processes).description, HasSubstr("stand-in"));
  EXPECT_EQ(processes.commands.size(), before);
}

TEST(KernelRefs, ByName) {
  plan::Plan plan;
  EXPECT_EQ(error_of([&] { chosen_refs(plan, {}); }).code(), ExitCode::configuration);
  plan.linux.enabled = true;
  plan.linux.refs = {{"baseline", "", ""}};
  EXPECT_EQ(chosen_refs(plan, {}).size(), 1u);
  EXPECT_EQ(chosen_refs(plan, {"baseline"}).size(), 1u);
  const auto error = error_of([&] { chosen_refs(plan, {"dev"}); });
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_THAT(error.hint(), HasSubstr("BOOTLINUX_AB_DIFFERENT_REF"));
}

}  // namespace
}  // namespace kdevops::kernel
