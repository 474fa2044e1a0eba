// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "kconfig/config.h"
#include "plan/registry.h"

namespace kdevops::plan {

using Variables = std::vector<std::pair<std::string, Value>>;

/// Every symbol of .config under its kdevops name: lower case, bool True/False, int, hex, string;
/// a symbol without a value becomes an empty string.
Variables symbol_variables(const kconfig::Config& config);

/// Sets or adds; the position of an existing one is kept.
void set_variable(Variables& variables, const std::string& name, Value value);

/// The variables that a workflow derives (workflow.yaml).
void add_workflow_variables(Variables& variables, const Workflow& workflow,
                            const kconfig::Config& config);

/// The value of a symbol as a Value, or `fallback` when it is absent.
Value symbol_value(const kconfig::Config& config, const std::string& name, Value fallback);

/// Replaces every "{{ name }}" in the string value of `symbol` by that variable, repeatedly.
/// An unknown name, a cycle or an unclosed "{{" is an Error at the symbol's line.
std::string resolve_jinja(const kconfig::Config& config, const Variables& variables,
                          const std::string& symbol, const std::string& fallback);

/// The captures ('*', lower case, '_' -> '-') of the enabled symbols that match `pattern`, in
/// .config order, without those in `except`.
std::vector<std::string> enabled_captures(const kconfig::Config& config, const std::string& pattern,
                                          const std::vector<std::string>& except = {});

}  // namespace kdevops::plan
