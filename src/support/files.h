// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "support/descriptor.h"

namespace kdevops::support {

/// The file-system seam: everything planning, emitting and bring-up reads or writes goes through
/// here, so tests run on MemoryFiles. Paths are absolute or relative to the working directory;
/// every failing call throws Error naming the path.
class Files {
 public:
  virtual ~Files() = default;

  /// Whole content, or nullopt when the file does not exist. Other failures throw.
  virtual std::optional<std::string> read(const std::string& path) const = 0;
  /// read(), but only what comes behind the first `offset` bytes: of a log that grows.
  virtual std::optional<std::string> read_from(const std::string& path, std::size_t offset) const;
  /// Replaces `path` atomically (temp file beside it, fsync, rename). Parent directories are made.
  /// An existing file keeps its mode and owner; a new one gets `mode` whatever the umask.
  virtual void write(const std::string& path, std::string_view bytes, mode_t mode = 0644) = 0;
  virtual bool exists(const std::string& path) const = 0;
  /// Names in a directory, sorted, without "." and ".."; empty when it does not exist.
  virtual std::vector<std::string> list(const std::string& path) const = 0;
  /// Removes a file, a link, or a directory with all below it. Returns false when there was none.
  virtual bool remove(const std::string& path) = 0;
  /// mkdir -p.
  virtual void make_directories(const std::string& path, mode_t mode = 0755) = 0;

  /// Like read(), but a missing file is an Error.
  std::string read_or_throw(const std::string& path) const;
  /// write() only when the bytes differ from what is there (so Make sees no false rebuild).
  /// Returns true when it wrote.
  bool write_if_changed(const std::string& path, std::string_view bytes, mode_t mode = 0644);
};

/// `durable` false leaves out the fsync: for files that can be generated again.
class RealFiles final : public Files {
 public:
  explicit RealFiles(bool durable = true) : durable_(durable) {}
  std::optional<std::string> read(const std::string& path) const override;
  std::optional<std::string> read_from(const std::string& path, std::size_t offset) const override;
  void write(const std::string& path, std::string_view bytes, mode_t mode) override;
  bool exists(const std::string& path) const override;
  std::vector<std::string> list(const std::string& path) const override;
  bool remove(const std::string& path) override;
  void make_directories(const std::string& path, mode_t mode) override;

 private:
  bool durable_;
};

/// Files in memory, for tests. `modes` is what a new file was given.
class MemoryFiles final : public Files {
 public:
  std::optional<std::string> read(const std::string& path) const override;
  void write(const std::string& path, std::string_view bytes, mode_t mode) override;
  bool exists(const std::string& path) const override;
  std::vector<std::string> list(const std::string& path) const override;
  bool remove(const std::string& path) override;
  void make_directories(const std::string&, mode_t) override {}

  std::map<std::string, std::string> contents;
  std::map<std::string, mode_t> modes;
};

/// An exclusive flock(2) on `path` (made when missing), held until destruction. Blocks; with a
/// timeout it throws Error (ExitCode::deadline_passed) naming the path when the time is over.
class FileLock {
 public:
  explicit FileLock(const std::string& path, int timeout_seconds = -1);

 private:
  Descriptor file_;
};

/// "~/x" -> "$HOME/x" (getpwuid when HOME is unset); other paths unchanged.
std::string expand_home(std::string_view path);
/// Absolute and lexically normal, symlinks not resolved.
std::string absolute_path(std::string_view path);

}  // namespace kdevops::support
