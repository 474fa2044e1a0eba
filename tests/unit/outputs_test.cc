// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/outputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kdevops::emit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAre;

class Outputs : public testing::Test {
 protected:
  Outputs() {
    files_.write("/top/templates/nix/fleet.py", "fleet", 0644);
    files_.write("/top/templates/nix/outputs.nix", "{ }", 0644);
    files_.write("/top/templates/nix/repl.nix", "{ }", 0644);
    files_.write("/top/workflows/ltp/smoke.py", "ltp", 0644);
    system_.name = "mix";
    system_.backend = "libvirt";
    system_.test_suites = {"ltp", "mine"};
    plan_.ssh.user = "k";
    for (const auto& [name, system] : {std::pair("a", "mix"), std::pair("b", "other"), std::pair("c", "mix")}) {
      plan::Node node;
      node.name = name;
      node.system = system;
      plan_.nodes.push_back(node);
    }
  }
  plan::Plan plan_;
  plan::System system_;
  support::MemoryFiles files_;
};

TEST_F(Outputs, TestsRunTheFleetsScriptThenTheSuitesThenTheUsers) {
  files_.write("/top/tests/nixos/b.py", "second", 0644);
  files_.write("/top/tests/nixos/a.py", "first", 0644);
  files_.write("/top/tests/nixos/README.md", "no script", 0644);
  EXPECT_THAT(test_scripts(system_, files_, "/top"),
              ElementsAre(Pair("fleet.py", "fleet"), Pair("ltp.py", "ltp"), Pair("user/a.py", "first"),
                          Pair("user/b.py", "second")));
}

TEST_F(Outputs, ASystemKnowsItsOwnNodesOnly) {
  const auto text = fleet_nix(plan_, system_, {{"fleet.py", ""}});
  EXPECT_THAT(text, HasSubstr("nodes = [\n    \"a\"\n    \"c\"\n  ];"));
  EXPECT_THAT(text, HasSubstr("scripts = [\n    \"fleet.py\"\n  ];"));
  EXPECT_THAT(text, HasSubstr("image = \"kdevops-mix\";"));
}

TEST_F(Outputs, AMachineWithoutNodesIsTestedByItsName) {
  plan_.nodes.clear();
  EXPECT_THAT(fleet_nix(plan_, system_, {}), HasSubstr("nodes = [\n    \"machine\"\n  ];"));
  system_.host_name = "lab1";
  EXPECT_THAT(fleet_nix(plan_, system_, {}), HasSubstr("nodes = [\n    \"lab1\"\n  ];"));
}

TEST_F(Outputs, ImagelessSystemsCanOnlyBeLookedInto) {
  EXPECT_THAT(output_files(plan_, system_, files_, "/top"),
              UnorderedElementsAre(Key("repl.nix"), Key("fleet.nix"), Key("outputs.nix"), Key("tests/fleet.py"), Key("tests/ltp.py")));
  system_.backend = "imageless";
  EXPECT_THAT(output_files(plan_, system_, files_, "/top"), UnorderedElementsAre(Key("repl.nix")));
}

}  // namespace
}  // namespace kdevops::emit
