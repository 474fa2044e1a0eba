// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <functional>

namespace kdevops::support {

/// Calls work(0) ... work(count - 1) from at most `workers` threads and waits for all. Exceptions
/// must not leave `work`.
void in_parallel(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work);

}  // namespace kdevops::support
