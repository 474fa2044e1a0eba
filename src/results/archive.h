// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdevops::results {

/// Unpacks gzip. Nothing, with the reason, when it is cut, broken, or unpacks to more than
/// largest_file (text.h).
std::optional<std::string> gunzip(std::string_view packed, std::string& problem);

struct ArchiveMember {
  std::string name;
  std::string_view bytes;  ///< of the archive
};

/// The regular files of a tar archive (ustar). A cut archive gives the members that are whole, and
/// the reason.
std::vector<ArchiveMember> untar(std::string_view archive, std::string& problem);

}  // namespace kdevops::results
