// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace kdevops::support {

void in_parallel(std::size_t count, std::size_t workers, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(count, std::max<std::size_t>(workers, 1)); ++i) {
    threads.emplace_back([&] {
      for (auto index = next++; index < count; index = next++) work(index);
    });
  }
}

}  // namespace kdevops::support
