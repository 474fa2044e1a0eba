// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "fleet/host_shares.h"
#include "fleet_testing.h"
#include "support/error.h"

namespace kdevops::fleet {
namespace {

namespace fs = std::filesystem;

class FleetShares : public ::testing::Test {
 protected:
  FleetShares() {
    fs::create_directories(root / "a/b");
    for (const auto& path : {root, root / "a", root / "a/b"}) chmod(path.c_str(), 0755);
  }
  ~FleetShares() override { fs::remove_all(root); }

  // The directory for temporary files may be a private one, which keeps QEMU out to begin with.
  fs::path root = fs::path("/var/tmp") / fmt::format("kdevops-shares-{}", getpid());
  hypervisor::QemuUser qemu{64055, 64055};
};

TEST_F(FleetShares, TellsTheFirstDirectoryThatKeepsQemuOut) {
  EXPECT_EQ(unreachable_for(root / "a/b", qemu), "");
  chmod((root / "a").c_str(), 0700);
  EXPECT_EQ(unreachable_for(root / "a/b", qemu), root / "a");
  EXPECT_EQ(unreachable_for(root / "a/b", {0, 0}), "") << "root gets everywhere";
  EXPECT_EQ(unreachable_for(root / "a/b", {getuid(), getgid()}), "") << "so does the owner";
  chmod((root / "a").c_str(), 0711);
  EXPECT_EQ(unreachable_for(root / "a/b", qemu), "");
  EXPECT_EQ(unreachable_for(root / "none/b", qemu), root / "none");
}

TEST_F(FleetShares, FindsTheDaemonThatADescriptionNames) {
  const auto write = [&](const char* name, const std::string& text) { std::ofstream(root / name) << text; };
  write("10-broken.json", "{");
  write("20-gpu.json", R"({"type": "gpu", "binary": "/bin/false"})");
  write("30-gone.json", R"({"type": "fs", "binary": "/nonexistent/virtiofsd"})");
  write("40-fs.json", R"({"type": "fs", "binary": "/bin/sh"})");
  EXPECT_EQ(find_virtiofsd({(root / "none").string(), root.string()}), "/bin/sh");
}

TEST_F(FleetShares, SaysWhatToDoBeforeAnythingStarts) {
  auto plan = testing::make_plan(1);
  check_shares(plan, qemu);
  plan::Share share;
  share.driver = "9p";
  share.mount_point = "/mnt/linux";
  share.directory = root / "a/b";
  plan.systems[0].shares = {share};
  check_shares(plan, qemu);
  const auto hint = [&] {
    try {
      check_shares(plan, qemu);
    } catch (const support::Error& e) {
      return e.hint();
    }
    return std::string("nothing was thrown");
  };
  chmod((root / "a").c_str(), 0700);
  EXPECT_NE(hint().find("chmod o+x " + (root / "a").string()), std::string::npos) << hint();
  plan.systems[0].shares[0].directory = root / "none";
  EXPECT_NE(hint().find("make linux-clone"), std::string::npos) << hint();
}

}  // namespace
}  // namespace kdevops::fleet
