// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "plan/plan.h"
#include "support/files.h"
#include "support/process.h"

namespace kdevops::kernel {

/// Where the sources of a ref are: the user's own directory when the plan names one and no ref, our clone
/// for the first ref, a work tree beside it for the second.
std::string source_directory(const plan::Linux& linux, const plan::LinuxRef& ref);

/// True when source_directory() is the user's: it is read only.
bool is_own_directory(const plan::Linux& linux, const plan::LinuxRef& ref);

/// Makes source_directory() hold the ref. Without `update` a ref that is known already costs no network;
/// with it, a branch is followed. Changes that somebody made in a clone of ours are never lost: git
/// refuses, and this says so. Throws Error naming the tree and the ref. Returns the commit; empty for the
/// user's own directory.
std::string fetch_source(const plan::Linux& linux, const plan::LinuxRef& ref, bool update, support::Files& files,
                         support::Processes& processes);

}  // namespace kdevops::kernel
