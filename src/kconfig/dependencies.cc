// SPDX-License-Identifier: GPL-2.0-or-later
#include "kconfig/dependencies.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "support/error.h"

namespace kdevops::kconfig {

using support::Error;
using support::ExitCode;
using Kind = Expression::Kind;

namespace {

struct Token {
  std::string text;
  bool quoted = false;
};

Condition make(Kind kind, std::string text, std::vector<Condition> parts = {}) {
  return std::make_shared<const Expression>(Expression{kind, std::move(text), std::move(parts)});
}

/// The words of one statement, after its keyword.
class Words {
 public:
  Words(std::vector<Token> tokens, std::string place) : tokens_(std::move(tokens)), place_(std::move(place)) {}

  bool done() const { return at_ == tokens_.size(); }
  bool accept(std::string_view word) {
    if (done() || tokens_[at_].quoted || tokens_[at_].text != word) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word)) fail(fmt::format("expected \"{}\"", word));
  }
  Token next(const char* what) {
    if (done()) fail(fmt::format("expected {}", what));
    return tokens_[at_++];
  }
  Condition condition() {
    auto left = conjunction();
    if (!accept("||")) return left;
    std::vector<Condition> parts{left, conjunction()};
    while (accept("||")) parts.push_back(conjunction());
    return make(Kind::disjunction, "", std::move(parts));
  }
  /// "if <condition>" or nothing.
  Condition when() { return accept("if") ? condition() : nullptr; }
  void end() {
    if (!done()) fail(fmt::format("unexpected \"{}\"", tokens_[at_].text));
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ExitCode::configuration, what, place_);
  }

 private:
  Condition conjunction() {
    auto left = operand();
    if (!accept("&&")) return left;
    std::vector<Condition> parts{left, operand()};
    while (accept("&&")) parts.push_back(operand());
    return make(Kind::conjunction, "", std::move(parts));
  }
  Condition operand() {
    if (accept("!")) return make(Kind::negation, "", {operand()});
    if (accept("(")) {
      auto inner = condition();
      expect(")");
      return inner;
    }
    auto left = term();
    for (const char* op : {"=", "!=", "<=", ">=", "<", ">"}) {
      if (accept(op)) return make(Kind::comparison, op, {left, term()});
    }
    return left;
  }
  Condition term() {
    const auto token = next("a symbol or a constant");
    const auto& text = token.text;
    const bool constant = token.quoted || text == "y" || text == "n" || text == "m" ||
                          std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-';
    if (!constant && !std::isalpha(static_cast<unsigned char>(text[0]))) {
      fail(fmt::format("unexpected \"{}\"", text));
    }
    return make(constant ? Kind::constant : Kind::symbol, text);
  }

  std::vector<Token> tokens_;
  std::string place_;
  std::size_t at_ = 0;
};

std::vector<Token> tokenize(std::string_view line, const std::string& place) {
  std::vector<Token> tokens;
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' || c == '/' || c == '$';
  };
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (c == '#') break;
    if (c == ' ' || c == '\t') {
      ++i;
    } else if (c == '"' || c == '\'') {
      std::string text;
      for (++i; i < line.size() && line[i] != c; ++i) {
        if (line[i] == '\\' && i + 1 < line.size()) ++i;
        text += line[i];
      }
      if (i++ == line.size()) throw Error(ExitCode::configuration, "the string does not end", place);
      tokens.push_back({text, true});
    } else if (is_word(c)) {
      const auto begin = i;
      while (i < line.size() && is_word(line[i])) ++i;
      tokens.push_back({std::string(line.substr(begin, i - begin)), false});
    } else {
      const auto two = line.substr(i, 2);
      const bool pair = two == "&&" || two == "||" || two == "!=" || two == "<=" || two == ">=";
      tokens.push_back({std::string(line.substr(i, pair ? 2 : 1)), false});
      i += pair ? 2 : 1;
    }
  }
  return tokens;
}

std::size_t indentation(std::string_view line) {
  std::size_t column = 0;
  for (const char c : line) {
    if (c == ' ') ++column;
    else if (c == '\t') column = (column / 8 + 1) * 8;
    else break;
  }
  return column;
}

}  // namespace

/// Walks the files. Every open if, menu and choice is a Block; attributes go to what was named last.
class MenuReader {
 public:
  MenuReader(const support::Files& files, std::vector<std::string> roots)
      : files_(files), roots_(std::move(roots)) {}

  Menu read(const std::string& path) {
    read_file(path, "");
    return std::move(menu_);
  }

 private:
  struct Block {
    std::string kind;  ///< its closing word
    std::string place;
    std::vector<Condition> depends, visible;
    int choice = -1;
  };

  void read_file(const std::string& path, const std::string& from) {
    std::optional<std::string> text;
    std::string found;
    for (const auto& root : roots_) {
      found = path.starts_with('/') || root.empty() || root == "." ? path : root + "/" + path;
      if ((text = files_.read(found))) break;
    }
    if (!text) throw Error(ExitCode::configuration, fmt::format("cannot find {}", path), from);
    if (++depth_ > 50) throw Error(ExitCode::configuration, "files source each other without end", from);
    const auto open = blocks_.size();
    std::size_t line_number = 0, help_indent = 0;
    bool help = false;
    std::string joined;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto end = rest.find('\n');
      const auto line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
      ++line_number;
      if (help) {
        if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
        if (help_indent == 0) help_indent = std::max<std::size_t>(indentation(line), 1);
        if (indentation(line) >= help_indent) continue;
        help = false;
      }
      joined += line;
      if (joined.ends_with('\\')) {
        joined.back() = ' ';
        continue;
      }
      const auto place = fmt::format("{}:{}", found, line_number);
      auto tokens = tokenize(joined, place);
      joined.clear();
      if (tokens.empty()) continue;
      const auto keyword = tokens.front().text;
      tokens.erase(tokens.begin());
      if (keyword == "help" || keyword == "---help---") {
        help = true;
        help_indent = 0;
        continue;
      }
      Words words(std::move(tokens), place);
      if (keyword == "-" || keyword.starts_with("---")) continue;
      statement(keyword, words, place);
    }
    if (blocks_.size() != open) {
      throw Error(ExitCode::configuration, fmt::format("{} is missing", blocks_.back().kind),
                  blocks_.back().place);
    }
    --depth_;
  }

  void statement(const std::string& keyword, Words& words, const std::string& place) {
    if (keyword == "comment" || keyword == "mainmenu") {
      current_.clear();
      in_comment_ = true;
      return;
    }
    if (keyword == "config" || keyword == "menuconfig") {
      Definition definition;
      definition.place = place;
      for (const auto& block : blocks_) {
        definition.depends.insert(definition.depends.end(), block.depends.begin(), block.depends.end());
        definition.visible.insert(definition.visible.end(), block.visible.begin(), block.visible.end());
      }
      const auto name = words.next("a name").text;
      if (!blocks_.empty() && blocks_.back().choice >= 0) {
        definition.choice = blocks_.back().choice;
        menu_.choices_[definition.choice].members.push_back(name);
        definition.type = Type::boolean;
      }
      auto& definitions = menu_.symbols_[name];
      definitions.push_back(std::move(definition));
      current_ = name;
      in_comment_ = false;
      return;
    }
    if (keyword == "choice") {
      block();
      blocks_.push_back({"endchoice", place, {}, {}, static_cast<int>(menu_.choices_.size())});
      menu_.choices_.push_back({place, "", {}});
      return;
    }
    if (keyword == "if" || keyword == "menu") {
      block();
      blocks_.push_back({"end" + keyword, place, {}, {}, -1});
      if (keyword == "if") blocks_.back().depends.push_back(words.condition());
      // Members of a choice may stand in an if.
      if (keyword == "if" && blocks_.size() > 1) blocks_.back().choice = blocks_[blocks_.size() - 2].choice;
      return;
    }
    if (keyword == "endif" || keyword == "endmenu" || keyword == "endchoice") {
      if (blocks_.empty() || blocks_.back().kind != keyword) words.fail("there is nothing open for this " + keyword);
      blocks_.pop_back();
      current_.clear();
      return;
    }
    if (keyword == "source") {
      current_.clear();
      read_file(words.next("a path").text, place);
      return;
    }
    attribute(keyword, words);
  }

  void attribute(const std::string& keyword, Words& words) {
    static const std::map<std::string, Type> types{{"bool", Type::boolean},       {"boolean", Type::boolean},
                                                   {"tristate", Type::boolean},   {"string", Type::string},
                                                   {"int", Type::integer},        {"hex", Type::hex},
                                                   {"def_bool", Type::boolean},   {"def_tristate", Type::boolean}};
    const bool symbol = !current_.empty();
    if (keyword == "depends") {
      words.expect("on");
      auto condition = words.condition();
      words.end();
      if (symbol) definition().depends.push_back(condition);
      else if (!in_comment_ && !blocks_.empty()) blocks_.back().depends.push_back(condition);
      return;
    }
    if (keyword == "visible") {
      words.expect("if");
      if (!blocks_.empty()) blocks_.back().visible.push_back(words.condition());
      return;
    }
    const auto type = types.find(keyword);
    if (type != types.end() || keyword == "prompt") {
      if (symbol && type != types.end()) definition().type = type->second;
      if (keyword.starts_with("def_") || words.done()) return;
      const auto text = words.next("a prompt").text;
      const auto when = words.when();
      words.end();
      if (symbol) {
        definition().prompt = text;
        if (when) definition().visible.push_back(when);
      } else if (!blocks_.empty() && blocks_.back().choice >= 0) {
        menu_.choices_[blocks_.back().choice].prompt = text;
      }
      return;
    }
    if (keyword == "range" && symbol) {
      const auto low = words.next("a number").text, high = words.next("a number").text;
      definition().ranges.push_back({low, high, words.when()});
      return;
    }
    if ((keyword == "select" || keyword == "imply") && symbol) {
      const auto name = words.next("a name").text;
      const auto when = words.when();
      if (keyword == "select") definition().selects.emplace_back(name, when);
      return;
    }
    if (keyword == "default" || keyword == "option" || keyword == "optional" || keyword == "modules") return;
    words.fail(fmt::format("unknown statement \"{}\"", keyword));
  }

  /// Attributes that follow belong to a block.
  void block() {
    current_.clear();
    in_comment_ = false;
  }

  Definition& definition() { return menu_.symbols_[current_].back(); }

  const support::Files& files_;
  std::vector<std::string> roots_;
  Menu menu_;
  std::vector<Block> blocks_;
  std::string current_;  ///< the symbol attributes belong to; empty: the innermost block
  bool in_comment_ = false;
  int depth_ = 0;
};

Menu Menu::read(const support::Files& files, const std::string& path, const std::vector<std::string>& roots) {
  return MenuReader(files, roots).read(path);
}

const std::vector<Definition>* Menu::find(std::string_view name) const {
  const auto it = symbols_.find(name);
  return it == symbols_.end() ? nullptr : &it->second;
}

Type Menu::type(std::string_view name) const {
  if (const auto* definitions = find(name)) {
    for (const auto& definition : *definitions) {
      if (definition.type != Type::blank) return definition.type;
    }
  }
  return Type::blank;
}

int Menu::choice_of(std::string_view name) const {
  if (const auto* definitions = find(name)) {
    for (const auto& definition : *definitions) {
      if (definition.choice >= 0) return definition.choice;
    }
  }
  return -1;
}

std::vector<std::string> Menu::selectors(std::string_view name, const Config& config) const {
  std::vector<std::string> names;
  for (const auto& [selector, definitions] : symbols_) {
    for (const auto& definition : definitions) {
      for (const auto& [selected, when] : definition.selects) {
        if (selected == name && config.enabled(selector) && (!when || holds(*when, config))) {
          names.push_back(selector);
        }
      }
    }
  }
  return names;
}

std::vector<std::string> Menu::similar(std::string_view name) const {
  std::vector<std::string> names;
  for (const auto& [known, definitions] : symbols_) names.push_back(known);
  return similar_names(name, names);
}

std::vector<std::string> similar_names(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const auto& candidate : names) {
    // Levenshtein distance, one row at a time.
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const auto change = diagonal + (name[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
      }
    }
    const bool part = name.size() >= 3 && (candidate.find(name) != std::string::npos ||
                                           (candidate.size() >= 3 && name.find(candidate) != std::string::npos));
    if (row.back() <= std::max<std::size_t>(1, name.size() / 4) || part) ranked.emplace_back(row.back(), candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> best;
  for (std::size_t i = 0; i < ranked.size() && i < 3; ++i) best.push_back(ranked[i].second);
  return best;
}

}  // namespace kdevops::kconfig
