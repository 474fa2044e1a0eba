// SPDX-License-Identifier: GPL-2.0-or-later
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "plan/identity.h"
#include "ssh/key.h"
#include "support/cli.h"
#include "support/files.h"

using namespace kdevops;

namespace {

/// --tree, default the working directory; the callable gives it absolute.
std::function<std::string()> tree_option(CLI::App& app) {
  auto tree = std::make_shared<std::string>(".");
  app.add_option("--tree", *tree, "directory of .config and the generated files")
      ->type_name("DIR")
      ->capture_default_str();
  return [tree] { return support::absolute_path(*tree); };
}

std::function<int()> name(CLI::App& app) {
  return [tree = tree_option(app)] {
    fmt::print("{}\n", plan::key_name(tree()));
    return 0;
  };
}

std::function<int()> path(CLI::App& app) {
  return [tree = tree_option(app)] {
    fmt::print("{}\n", ssh::key_path(tree()));
    return 0;
  };
}

std::function<int()> create(CLI::App& app) {
  return [tree = tree_option(app)] {
    support::RealProcesses processes;
    const auto key = ssh::key_path(tree());
    const bool made = ssh::create_key(key, processes);
    fmt::print(stderr, "{} {}\n", made ? "Made the SSH key" : "Kept the SSH key", key);
    return 0;
  };
}

}  // namespace

int main(int argc, char** argv) {
  return support::run_tool({"nixos-ssh-key",
                            "The SSH key of this tree's nodes",
                            {{"name", "Print the file name of the key", name},
                             {"path", "Print the path of the private key", path},
                             {"create", "Make the key unless it is there", create}}},
                           argc, argv);
}
