// SPDX-License-Identifier: GPL-2.0-or-later
// What tests/integration/closure.py cannot see in the rendered files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "plan/request.h"
#include "support/error.h"

namespace kdevops::plan {
namespace {

using support::Error;
using testing::ElementsAre;

ClosureRequest parse(const std::string& text) { return parse_closure_request(text, "r.json"); }

TEST(ClosureRequest, IsFullyFeaturedWhenNothingIsPassed) {
  const auto request = parse("{}");
  EXPECT_EQ(request.system.name, "nixos");
  EXPECT_EQ(request.system.host_name, "nixos");
  EXPECT_EQ(request.system.backend, "imageless");
  EXPECT_EQ(request.system.kernel.flavor, "external");
  EXPECT_THAT(request.system.profiles, ElementsAre("devel", "build-tools", "monitoring"));
  EXPECT_EQ(request.system.test_suites.size(), 8u);
  EXPECT_EQ(request.user, "kdevops");
  EXPECT_EQ(request.home, "");
  EXPECT_FALSE(request.update_lock);
}

TEST(ClosureRequest, TakesAnEmptyListForNothing) {
  const auto request = parse(R"({"profiles": [], "test_suites": []})");
  EXPECT_TRUE(request.system.profiles.empty());
  EXPECT_TRUE(request.system.test_suites.empty());
}

TEST(ClosureRequest, HomeFollowsTheUserWhereverItStands) {
  const auto request = parse(R"({"home": true, "user_name": "alice"})");
  EXPECT_EQ(request.home, "/home/alice");
  EXPECT_THAT(request.mounts, ElementsAre(GuestMount{"/home/alice", "home", {}}));
}

TEST(ClosureRequest, SurvivesAbsurdlyLongStrings) {
  for (const char* field : {"vm_name", "user_name", "home"}) {
    const nlohmann::json json{{field, std::string(1 << 20, 'a')}};
    EXPECT_THROW(parse(json.dump()), Error) << field;
  }
  EXPECT_THROW(parse(nlohmann::json{{"ssh_keys", {"ssh-rsa " + std::string(1 << 20, 'A')}}}.dump()), Error);
  // The longest that is taken: std::regex has to have the stack for it.
  const auto key = "ssh-rsa " + std::string(8192 - 8, 'A');
  EXPECT_EQ(parse(nlohmann::json{{"ssh_keys", {key}}}.dump()).ssh_keys.at(0), key);
}

TEST(ClosureRequest, RefusesWhatIsNoUtf8AndNamesTheFile) {
  try {
    parse("{\"vm_name\": \"\xff\"}");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), "r.json");
  }
}

}  // namespace
}  // namespace kdevops::plan
