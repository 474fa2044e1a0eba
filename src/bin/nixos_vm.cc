// SPDX-License-Identifier: GPL-2.0-or-later
#include "fleet/tool.h"

int main(int argc, char** argv) { return kdevops::fleet::run(argc, argv); }
