// SPDX-License-Identifier: GPL-2.0-or-later
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nix/bootspec.h"
#include "support/error.h"

namespace kdevops::nix {
namespace {

using support::Error;
using testing::HasSubstr;

std::string sample(const std::string& name) {
  std::ifstream file(KDEVOPS_SOURCE_DIR "/tests/samples/bootspec/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Bootspec, ReadsASystemWithoutAKernel) {
  const auto boot = parse_bootspec(sample("imageless.json"), "boot.json");
  EXPECT_EQ(boot.system, "x86_64-linux");
  EXPECT_THAT(boot.toplevel, HasSubstr("-nixos-system-unnamed-"));
  EXPECT_EQ(boot.init, boot.toplevel + "/init");
  EXPECT_TRUE(boot.initrd.starts_with("/nix/store/") && boot.initrd.ends_with("/initrd")) << boot.initrd;
  EXPECT_EQ(boot.kernel, "");
  EXPECT_TRUE(boot.kernel_params.empty());
}

TEST(Bootspec, ReadsASystemWithItsKernel) {
  const auto boot = parse_bootspec(sample("libvirt.json"), "boot.json");
  EXPECT_TRUE(boot.kernel.ends_with("/bzImage")) << boot.kernel;
  EXPECT_THAT(boot.kernel_params, testing::Contains("console=ttyS0,115200n8"));
}

TEST(Bootspec, ReadsTheStandInsOwn) {
  const auto boot = parse_bootspec(sample("standin.json"), "boot.json");
  EXPECT_EQ(boot.init, boot.toplevel + "/init");
  EXPECT_THAT(boot.initrd, HasSubstr("-standin-initrd/initrd"));
}

TEST(Bootspec, NamesWhatIsWrong) {
  const auto complaint = [](const std::string& text) -> std::string {
    try {
      parse_bootspec(text, "/t/boot.json");
    } catch (const Error& e) {
      EXPECT_EQ(e.where(), "/t/boot.json");
      return e.what();
    }
    return "taken";
  };
  const auto with = [&](const std::string& from, const std::string& to) {
    auto text = sample("imageless.json");
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return complaint(text.replace(at, from.size(), to));
  };
  EXPECT_THAT(complaint(""), HasSubstr("no JSON object"));
  EXPECT_THAT(complaint("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(complaint("{}"), HasSubstr("org.nixos.bootspec.v1"));
  EXPECT_THAT(with("org.nixos.bootspec.v1", "org.nixos.bootspec.v2"), HasSubstr("only: org.nixos.bootspec.v2"));
  EXPECT_THAT(with("\"initrd\"", "\"initrdSecrets\""), HasSubstr("no \"initrd\""));
  EXPECT_THAT(with("\"init\": \"/", "\"init\": \""), HasSubstr("\"init\" of the boot specification is no absolute path"));
  EXPECT_THAT(with("\"system\": \"x86_64-linux\"", "\"system\": 1"), HasSubstr("\"system\" of the boot specification is no string"));
  EXPECT_THAT(with("\"system\"", "\"kernelParams\": [1], \"system\""), HasSubstr("kernelParams"));
  EXPECT_THAT(with("\"system\"", "\"kernelParams\": \"quiet\", \"system\""), HasSubstr("kernelParams"));
}

TEST(Bootspec, RefusesEveryTruncatedFile) {
  const auto text = sample("libvirt.json");
  const auto end = text.find_last_of('}');
  for (std::size_t size = 0; size <= end; ++size) {
    EXPECT_THROW(parse_bootspec(text.substr(0, size), "boot.json"), Error) << size;
  }
}

TEST(Bootspec, SaysThatASystemHasNone) {
  support::MemoryFiles files;
  try {
    read_bootspec(files, "/nix/store/x");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), "/nix/store/x/boot.json");
  }
  files.contents["/nix/store/x/boot.json"] = sample("standin.json");
  EXPECT_EQ(read_bootspec(files, "/nix/store/x"), parse_bootspec(sample("standin.json"), "x"));
}

}  // namespace
}  // namespace kdevops::nix
