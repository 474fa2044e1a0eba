// SPDX-License-Identifier: GPL-2.0-or-later
#include "results/archive.h"

#include <algorithm>
#include <charconv>

#include <zlib.h>

#include "results/text.h"

namespace kdevops::results {

namespace {

constexpr std::size_t block = 512;

/// A field of a tar header, up to its first NUL.
std::string_view field(std::string_view header, std::size_t offset, std::size_t size) {
  const auto text = header.substr(offset, size);
  return text.substr(0, text.find('\0'));
}

std::optional<std::size_t> octal(std::string_view text) {
  text = trim(text);
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::string> gunzip(std::string_view packed, std::string& problem) {
  z_stream stream{};
  constexpr int gzip_only = 15 + 16;
  if (inflateInit2(&stream, gzip_only) != Z_OK) {
    problem = "zlib does not start";
    return std::nullopt;
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out, piece(256 << 10, '\0');
  int status = Z_OK;
  while (status == Z_OK && out.size() <= largest_file) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return out;
  problem = out.size() > largest_file ? "it unpacks to more than any suite writes"
            : status == Z_BUF_ERROR   ? "cut"
                                      : "not gzip, or broken";
  return std::nullopt;
}

std::vector<ArchiveMember> untar(std::string_view archive, std::string& problem) {
  std::vector<ArchiveMember> members;
  while (archive.size() >= block) {
    const auto header = archive.substr(0, block);
    if (header.find_first_not_of('\0') == std::string_view::npos) return members;
    const auto size = octal(field(header, 124, 12));
    if (!size || field(header, 257, 5) != "ustar") {
      problem = "not a tar archive";
      return members;
    }
    if (*size > archive.size() - block) break;
    const std::string_view prefix = field(header, 345, 155);
    std::string name = prefix.empty() ? "" : std::string(prefix) + "/";
    name += field(header, 0, 100);
    const char kind = header[156];
    if (kind == '0' || kind == '\0') members.push_back({std::move(name), archive.substr(block, *size)});
    archive.remove_prefix(block + std::min((*size + block - 1) / block * block, archive.size() - block));
  }
  problem = "cut";
  return members;
}

}  // namespace kdevops::results
