// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/cli.h"

#include <csignal>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::support {

namespace {

/// An app and the words a shell may complete behind it.
struct Described {
  const CLI::App* app;
  std::string name, help;
  std::vector<const CLI::Option*> options;
};

std::vector<Described> describe(const CLI::App& app, const Tool& tool) {
  std::vector<Described> all{{&app, "", tool.summary, {}}};
  for (const auto& verb : tool.verbs) {
    if (*verb.name != '\0') all.push_back({app.get_subcommand(verb.name), verb.name, verb.help, {}});
  }
  for (auto& entry : all) {
    for (const auto* option : entry.app->get_options()) entry.options.push_back(option);
  }
  return all;
}

std::string bash_completion(const Tool& tool, const std::vector<Described>& all) {
  std::string function = tool.name;
  for (char& c : function) c = c == '-' ? '_' : c;
  std::string text = fmt::format(
      "_{}() {{\n  local cur=${{COMP_WORDS[COMP_CWORD]}} words\n  case ${{COMP_WORDS[1]}} in\n",
      function);
  const auto words = [](const Described& entry) {
    std::string line;
    for (const auto* option : entry.options) {
      for (const auto& name : option->get_lnames()) line += " --" + name;
    }
    return line;
  };
  std::string verbs;
  for (const auto& entry : all) {
    if (entry.name.empty()) continue;
    verbs += " " + entry.name;
    text += fmt::format("    {}) words='{}' ;;\n", entry.name, words(entry));
  }
  text += fmt::format(
      "    *) words='{}{}' ;;\n  esac\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"; compgen -f -- \"$cur\")\n}}\n"
      "complete -F _{} {}\n",
      verbs, words(all.front()), function, tool.name);
  return text;
}

/// For a zsh or fish single-quoted string.
std::string quoted(std::string_view text, std::string_view escaped_quote) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string(escaped_quote) : std::string(1, c);
  return out + "'";
}

std::string zsh_completion(const Tool& tool, const std::vector<Described>& all) {
  const auto spec = [](const CLI::Option& option, const std::string& name) {
    std::string help;
    for (const char c : option.get_description()) {
      if (c == ']' || c == '[' || c == ':') help += '\\';
      help += c;
    }
    return quoted("--" + name + "[" + help + "]", "'\\''");
  };
  std::string text = fmt::format("#compdef {}\n_arguments -C", tool.name);
  for (const auto* option : all.front().options) {
    for (const auto& name : option->get_lnames()) text += " \\\n  " + spec(*option, name);
  }
  std::string verbs = "1:command:((";
  for (const auto& entry : all) {
    if (!entry.name.empty()) verbs += fmt::format(" {}\\:\"{}\"", entry.name, entry.help);
  }
  text += " \\\n  " + quoted(verbs + " ))", "'\\''") +
          " \\\n  '*::argument:->arguments'\ncase $words[1] in\n";
  for (const auto& entry : all) {
    if (entry.name.empty()) continue;
    text += fmt::format("  {}) _arguments", entry.name);
    for (const auto* option : entry.options) {
      for (const auto& name : option->get_lnames()) text += " " + spec(*option, name);
    }
    text += " '*:file:_files' ;;\n";
  }
  return text + "esac\n";
}

std::string fish_completion(const Tool& tool, const std::vector<Described>& all) {
  std::string text;
  for (const auto& entry : all) {
    if (!entry.name.empty()) {
      text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", tool.name,
                          entry.name, quoted(entry.help, "\\'"));
    }
    const std::string condition =
        entry.name.empty() ? "__fish_use_subcommand"
                           : fmt::format("'__fish_seen_subcommand_from {}'", entry.name);
    for (const auto* option : entry.options) {
      for (const auto& name : option->get_lnames()) {
        text += fmt::format("complete -c {} -n {} -l {} -d {}\n", tool.name, condition, name,
                            quoted(option->get_description(), "\\'"));
      }
    }
  }
  return text;
}

std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string man_page(const Tool& tool, const std::vector<Described>& all) {
  std::string text = fmt::format(".TH {} 1 \"\" \"kdevops-nixos {}\"\n.SH NAME\n{} \\- {}\n",
                                 roff(tool.name), version(), roff(tool.name), roff(tool.summary));
  for (const auto& entry : all) {
    text += entry.name.empty() ? ".SH OPTIONS\n"
                               : fmt::format(".SH {}\n{}\n", roff(entry.name), roff(entry.help));
    for (const auto* option : entry.options) {
      text += fmt::format(".TP\n{}\n{}\n", roff(option->get_name(true, true)),
                          roff(option->get_description()));
    }
  }
  return text +
         ".SH EXIT STATUS\n0 ok, 1 failed, 2 usage, 3 configuration, 4 host not ready, "
         "5 deadline passed, 6 guest crashed, 130 interrupted.\n";
}

void add_documentation_verbs(CLI::App& app, const Tool& tool, std::function<int()>& chosen) {
  auto* completion = app.add_subcommand("completion", "Print the completion script of a shell");
  auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->group("");
  completion->callback([&app, &tool, &chosen, shell] {
    chosen = [&app, &tool, shell] {
      const auto all = describe(app, tool);
      const auto text = *shell == "bash"  ? bash_completion(tool, all)
                        : *shell == "zsh" ? zsh_completion(tool, all)
                                          : fish_completion(tool, all);
      fmt::print("{}", text);
      return 0;
    };
  });
  auto* man = app.add_subcommand("man", "Print the man page");
  man->group("");
  man->callback([&app, &tool, &chosen] {
    chosen = [&app, &tool] {
      fmt::print("{}", man_page(tool, describe(app, tool)));
      return 0;
    };
  });
}

}  // namespace

const char* version() { return KDEVOPS_VERSION; }

int run_tool(const Tool& tool, int argc, char** argv) {
  CLI::App app{tool.summary, tool.name};
  app.set_version_flag("--version", fmt::format("{} {}", tool.name, version()));
  app.footer(fmt::format("Completion: {0} completion bash|zsh|fish. Manual: {0} man | man -l -", tool.name));
  std::function<int()> chosen;
  bool needs_verb = true;
  for (const auto& verb : tool.verbs) {
    if (*verb.name == '\0') {
      needs_verb = false;
      chosen = verb.setup(app);
      continue;
    }
    auto* sub = app.add_subcommand(verb.name, verb.help);
    sub->callback([run = verb.setup(*sub), &chosen] { chosen = run; });
  }
  add_documentation_verbs(app, tool, chosen);
  app.require_subcommand(needs_verb ? 1 : 0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& e) {
    return app.exit(e);
  } catch (const CLI::CallForVersion& e) {
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    fmt::print(stderr, "{}: {}\n  see: {} --help\n", tool.name, e.what(), tool.name);
    return static_cast<int>(ExitCode::usage);
  }
  try {
    return chosen();
  } catch (const Error& e) {
    std::fflush(stdout);
    fmt::print(stderr, "{}", e.render(tool.name));
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: internal error: {}\n", tool.name, e.what());
    return static_cast<int>(ExitCode::failed);
  }
}

}  // namespace kdevops::support
