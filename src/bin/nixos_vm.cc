// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/tool.h"
#include "support/cli.h"

int main(int argc, char** argv) {
  return kdevops::support::run_tool(kdevops::fleet::tool(), argc, argv);
}
