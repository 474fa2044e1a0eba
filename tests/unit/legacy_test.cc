// SPDX-License-Identifier: GPL-2.0-or-later
#include "emit/legacy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/error.h"

namespace kdevops::emit {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(FetchExpression, EachSourceHasItsFetcher) {
  EXPECT_EQ(fetch_expression("path:/srv/it's \"mine\""),
            "builtins.path { path = /. + \"/srv/it's \\\"mine\\\"\"; name = \"source\"; }");
  EXPECT_EQ(fetch_expression("git+https://x.org/l.git?ref=master"),
            "builtins.fetchGit { url = \"https://x.org/l.git\"; ref = \"master\"; }");
  EXPECT_EQ(fetch_expression("git+file:///srv/linux?rev=0123"),
            "builtins.fetchGit { url = \"file:///srv/linux\"; rev = \"0123\"; allRefs = true; }");
  EXPECT_EQ(fetch_expression("git://x.org/fio.git"), "builtins.fetchGit { url = \"git://x.org/fio.git\"; }");
  EXPECT_EQ(fetch_expression("github:axboe/fio/fio-3.40"),
            "builtins.fetchTarball \"https://github.com/axboe/fio/archive/fio-3.40.tar.gz\"");
  EXPECT_EQ(fetch_expression("github:axboe/fio"),
            "builtins.fetchTarball \"https://github.com/axboe/fio/archive/HEAD.tar.gz\"");
  EXPECT_EQ(fetch_expression("https://x.org/linux-6.12.tar.xz"),
            "builtins.fetchTarball \"https://x.org/linux-6.12.tar.xz\"");
}

TEST(FetchExpression, NixCodeInAReferenceStaysText) {
  EXPECT_THAT(fetch_expression("git+https://x.org/${builtins.abort \"\"}"), HasSubstr("\\${builtins.abort"));
}

TEST(FetchExpression, WhatNeedsFlakesIsRefused) {
  for (const char* reference : {"flake:nixpkgs", "nixpkgs", "github:axboe", "path:relative"}) {
    EXPECT_THROW(fetch_expression(reference), support::Error) << reference;
  }
}

TEST(LegacyFiles, OnlyWithoutFlakes) {
  plan::Plan plan;
  plan.nix.library = "/lib";
  plan.nix.channel = "nixos-26.05";
  plan::System system;
  system.platform = "x86_64-linux";
  system.kernel.flavor = "source";
  system.kernel.source = "path:/srv/linux";
  system.overrides = {{"fio", "github:axboe/fio"}};
  support::MemoryFiles files;
  files.write("/top/templates/nix/flakeless.nix", "{ }", 0644);
  EXPECT_THAT(legacy_files(plan, system, files, "/top"), IsEmpty());
  plan.nix.flakes = false;
  auto tree = legacy_files(plan, system, files, "/top");
  EXPECT_THAT(tree.at("sources.nix"), HasSubstr("fio-src = builtins.fetchTarball"));
  EXPECT_THAT(tree.at("sources.nix"), HasSubstr("kernel-src = builtins.path"));
  EXPECT_THAT(tree.at("sources.nix"), HasSubstr("library = \"/lib\";"));
  EXPECT_THAT(tree.at("configuration.nix"), HasSubstr("channel:nixos-26.05"));
  EXPECT_THAT(tree.at("packages.nix"), HasSubstr(".self.packages.x86_64-linux"));
}

}  // namespace
}  // namespace kdevops::emit
