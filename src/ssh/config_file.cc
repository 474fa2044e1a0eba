// SPDX-License-Identifier: GPL-2.0-or-later
#include "ssh/config_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "emit/ssh_config.h"
#include "ssh/config_lines.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::ssh {

namespace fs = std::filesystem;
using support::Error;
using support::ExitCode;

namespace {

/// Above a user's options that stand before the first Host: without it they would now belong to
/// the entry above them.
constexpr std::array<std::string_view, 2> kFence = {
    "# kdevops: what follows is for every host, as before", "Host *"};

/// A config in the parts that matter here; their concatenation by render() is the file.
struct Parts {
  std::string eol;
  std::string includes;             ///< kdevops's Include lines at the very top
  std::vector<std::string> head;    ///< the blocks behind them, each ended by eol
  std::vector<Block> head_blocks;   ///< what they are
  std::string rest;                 ///< the user's text
};

bool is_fence(const std::vector<std::string_view>& lines, std::size_t at) {
  return at + 1 < lines.size() && content(lines[at]) == kFence[0] &&
         content(lines[at + 1]) == kFence[1];
}

Parts parse(const std::string& config, const std::vector<std::string_view>& lines,
            const std::vector<Block>& blocks) {
  Parts parts{.eol = line_end(config), .includes = {}, .head = {}, .head_blocks = {}, .rest = {}};
  std::size_t at = 0;
  while (at < lines.size() && is_fleet_include(lines[at]) && lines[at].ends_with('\n')) {
    parts.includes += lines[at++];
  }
  for (const auto& block : blocks) {
    if (block.begin != at) break;
    std::string text;
    for (; at < block.end; ++at) text += lines[at];
    if (!text.ends_with('\n')) text += parts.eol;
    parts.head.push_back(std::move(text));
    parts.head_blocks.push_back(block);
    if (at < lines.size() && content(lines[at]).empty()) ++at;  // the separator
  }
  if (!parts.head.empty() && is_fence(lines, at)) at += kFence.size();
  for (; at < lines.size(); ++at) parts.rest += lines[at];
  return parts;
}

/// Whether `rest` says something before its first Host or Match that a stanza above would swallow.
bool needs_fence(std::string_view rest) {
  for (const auto line : split_lines(rest)) {
    const auto word = keyword(line);
    if (word == "host" || word == "match") return false;
    if (!content(line).empty() && !line.starts_with('#')) return true;
  }
  return false;
}

std::string render(const Parts& parts) {
  std::string text = parts.includes;
  for (std::size_t i = 0; i < parts.head.size(); ++i) {
    if (i > 0) text += parts.eol;
    text += parts.head[i];
  }
  if (!parts.head.empty() && !parts.rest.empty()) {
    text += parts.eol;
    if (needs_fence(parts.rest)) {
      for (const auto line : kFence) text.append(line).append(parts.eol);
    }
  }
  return text + parts.rest;
}

std::string marker(std::string_view tag, std::string_view alias) {
  return fmt::format("{}{} - {}", kMarker, tag, alias);
}

/// True for the blocks of exactly this host. <host>-vsock and <host>-tcp are names that another
/// host may have: they are ours only when the stanzas themselves say that they belong together.
class Owned {
 public:
  Owned(std::string_view tag, std::string_view host, const std::vector<Block>& blocks)
      : bare_(marker(tag, host)), vsock_(bare_ + "-vsock"), tcp_(bare_ + "-tcp"),
        vsock_alias_(std::string(host) + "-vsock"), tcp_alias_(std::string(host) + "-tcp") {
    for (const auto& block : blocks) {
      if (block.marker != bare_) continue;
      bare_seen_ = true;
      owns_tcp_ |= names(block, vsock_alias_);
      owns_vsock_ |= names(block, tcp_alias_);
    }
  }

  /// A host that is to be reached both ways takes both names, whoever had them.
  void claim_transports() { owns_tcp_ = owns_vsock_ = true; }

  bool operator()(const Block& block) const {
    if (block.marker == bare_) return true;
    if (block.marker == tcp_) return owns_tcp_;
    if (block.marker != vsock_) return false;
    // A host of that name of its own would have a second alias when it is reached over vsock.
    const bool orphan = !bare_seen_ && block.has_proxy && block.aliases.size() == 1;
    return owns_vsock_ || orphan;
  }

 private:
  static bool names(const Block& block, const std::string& alias) {
    return std::find(block.aliases.begin(), block.aliases.end(), alias) != block.aliases.end();
  }
  std::string bare_, vsock_, tcp_, vsock_alias_, tcp_alias_;
  bool bare_seen_ = false, owns_tcp_ = false, owns_vsock_ = false;
};

/// `rest` without the owned blocks, each with the one blank line that set it apart.
std::string without_owned(const std::string& rest, const Owned& owned) {
  const auto lines = split_lines(rest);
  std::vector<bool> drop(lines.size());
  for (const auto& block : find_blocks(lines)) {
    if (!owned(block)) continue;
    std::fill(drop.begin() + block.begin, drop.begin() + block.end, true);
    const auto blank = [&](std::size_t at) { return at < lines.size() && content(lines[at]).empty(); };
    if (blank(block.end)) {
      drop[block.end] = true;
    } else if (block.end == lines.size() && block.begin > 0 && blank(block.begin - 1)) {
      drop[block.begin - 1] = true;
    }
  }
  std::string kept;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!drop[i]) kept += lines[i];
  }
  return kept;
}

/// Takes out the owned blocks of head and rest; returns where in the head the first one was.
std::size_t drop_owned(Parts& parts, const Owned& owned) {
  std::vector<std::string> kept;
  std::size_t first = std::string::npos;
  for (std::size_t i = 0; i < parts.head.size(); ++i) {
    if (!owned(parts.head_blocks[i])) kept.push_back(std::move(parts.head[i]));
    else if (first == std::string::npos) first = kept.size();
  }
  parts.head = std::move(kept);
  parts.rest = without_owned(parts.rest, owned);
  return std::min(first, parts.head.size());
}

void check_tag(std::string_view tag) {
  const bool bad = tag.empty() || std::any_of(tag.begin(), tag.end(), [](unsigned char c) {
                     return c < 0x20 || c == 0x7f;
                   });
  if (bad) {
    throw Error(ExitCode::configuration, "the tag is empty or holds a control character", {},
                "it stands in a comment line of the config: use one line of plain text");
  }
}

void check_port(const std::string& port) {
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == port.npos;
  if (!digits || std::stoi(port) < 1 || std::stoi(port) > 65535) {
    throw Error(ExitCode::configuration, "the port is not a number from 1 to 65535", port.substr(0, 60));
  }
}

std::vector<std::string> render_blocks(const Entry& entry, const std::string& eol) {
  check_tag(entry.tag);
  check_port(entry.port);
  const auto host = emit::ssh_alias(entry.host, "the host name");
  using Options = std::vector<std::pair<std::string, std::string>>;
  Options login{{"User", emit::ssh_user(entry.user, "the user")}};
  if (!entry.key.empty()) {
    login.emplace_back("IdentityFile", emit::ssh_path(entry.key, "the path of the key"));
  }
  const Options common{{"StrictHostKeyChecking", "no"},
                       {"UserKnownHostsFile", "/dev/null"},
                       {"LogLevel", "ERROR"}};
  Options tcp{{"HostName", emit::ssh_host_name(entry.address, "the address")}, {"Port", entry.port}};
  tcp.insert(tcp.end(), login.begin(), login.end());
  tcp.insert(tcp.end(), common.begin(), common.end());

  const auto block = [&](const std::string& alias, const emit::SshStanza& stanza) {
    const auto plain = marker(entry.tag, alias) + "\n" + emit::to_text(stanza);
    std::string text;
    for (const auto line : split_lines(plain)) text.append(content(line)).append(eol);
    return text;
  };
  if (!entry.vsock_cid) return {block(host, {{host}, tcp})};

  Options vsock = login;
  vsock.emplace_back("ProxyCommand", fmt::format("{} vsock/{} 22", entry.proxy, *entry.vsock_cid));
  vsock.emplace_back("ProxyUseFdpass", "yes");
  vsock.emplace_back("CheckHostIP", "no");
  vsock.insert(vsock.end(), common.begin(), common.end());
  const auto by_vsock = host + "-vsock", by_tcp = host + "-tcp";
  if (entry.default_transport == Transport::tcp) {
    return {block(host, {{host, by_tcp}, tcp}), block(by_vsock, {{by_vsock}, vsock})};
  }
  return {block(host, {{host, by_vsock}, vsock}), block(by_tcp, {{by_tcp}, tcp})};
}

/// The file behind a chain of symbolic links, even when the last one does not exist.
std::string behind_links(const std::string& path) {
  fs::path at = path;
  std::error_code error;
  for (int hops = 0; fs::is_symlink(at, error); ++hops) {
    if (hops == 40) throw support::system_error("cannot follow the links", path, ELOOP);
    at = at.parent_path() / fs::read_symlink(at, error);
    if (error) throw support::system_error("cannot read the link", path, error.value());
  }
  return at.string();
}

}  // namespace

std::string update_entry(const std::string& config, const Entry& entry) {
  const auto lines = split_lines(config);
  const auto blocks = find_blocks(lines);
  auto parts = parse(config, lines, blocks);
  auto made = render_blocks(entry, parts.eol);
  Owned owned(entry.tag, entry.host, blocks);
  if (entry.vsock_cid) owned.claim_transports();
  const auto at = drop_owned(parts, owned);
  parts.head.insert(parts.head.begin() + static_cast<std::ptrdiff_t>(at),
                    std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
  return render(parts);
}

std::string remove_entry(const std::string& config, std::string_view tag, std::string_view host) {
  const auto lines = split_lines(config);
  const auto blocks = find_blocks(lines);
  const Owned owned(tag, host, blocks);
  if (std::none_of(blocks.begin(), blocks.end(), owned)) return config;
  auto parts = parse(config, lines, blocks);
  drop_owned(parts, owned);
  return render(parts);
}

bool edit_config(const std::string& path,
                 const std::function<std::optional<std::string>(std::optional<std::string>)>& edit) {
  if (path.empty()) {
    throw Error(ExitCode::usage, "the path of the ssh config is empty", {}, "try ~/.ssh/config");
  }
  const auto target = behind_links(support::absolute_path(support::expand_home(path)));
  const auto directory = fs::path(target).parent_path().string();
  support::RealFiles files;
  if (!files.exists(directory)) {
    if (!edit(std::nullopt)) return false;  // nothing to take out: make no directory for it
    files.make_directories(directory, 0700);
  }
  const support::FileLock lock(directory + "/.kdevops.lock", 60);
  const auto before = files.read(target);
  const auto after = edit(before);
  if (after == before) return false;
  if (after) files.write(target, *after, 0600);
  else files.remove(target);
  return true;
}

std::optional<std::string> find_ssh_proxy(std::string* searched) {
  static constexpr std::array<const char*, 4> kPlaces = {
      "/run/current-system/sw/lib/systemd/systemd-ssh-proxy",  // NixOS
      "/usr/lib/systemd/systemd-ssh-proxy", "/lib/systemd/systemd-ssh-proxy",
      "/usr/libexec/systemd/systemd-ssh-proxy"};
  if (searched != nullptr) *searched = fmt::format("{}", fmt::join(kPlaces, ", "));
  const support::RealFiles files;
  for (const auto* place : kPlaces) {
    if (files.exists(place)) return place;
  }
  return std::nullopt;
}

}  // namespace kdevops::ssh
