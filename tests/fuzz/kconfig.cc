// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a .config: parsed, or refused with an Error that names a line of it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kconfig/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto config = kdevops::kconfig::Config::parse(text, "f");
    for (const auto& symbol : config.symbols()) {
      if (config.find(symbol.name) == nullptr) std::abort();
      const auto lines = 1 + std::count(text.begin(), text.end(), '\n');
      if (symbol.line < 1 || symbol.line > lines) std::abort();
    }
  } catch (const kdevops::support::Error& error) {
    if (error.code() != kdevops::support::ExitCode::configuration) std::abort();
    if (!error.where().starts_with("f:")) std::abort();
  }
  return 0;
}
