// SPDX-License-Identifier: GPL-2.0-or-later
#include "support/files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/descriptor.h"
#include "support/error.h"

namespace kdevops::support {

namespace fs = std::filesystem;

namespace {

/// Unlinks its path unless the rename happened.
struct TemporaryFile {
  std::string path;
  bool kept = false;
  ~TemporaryFile() {
    if (!kept) unlink(path.c_str());
  }
};

void write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

std::string Files::read_or_throw(const std::string& path) const {
  auto bytes = read(path);
  if (!bytes) throw system_error("cannot read", path, ENOENT);
  return std::move(*bytes);
}

std::optional<std::string> Files::read_from(const std::string& path, std::size_t offset) const {
  auto bytes = read(path);
  if (bytes) bytes->erase(0, offset);
  return bytes;
}

bool Files::write_if_changed(const std::string& path, std::string_view bytes, mode_t mode) {
  const auto old = read(path);
  if (old && *old == bytes) return false;
  write(path, bytes, mode);
  return true;
}

std::optional<std::string> RealFiles::read(const std::string& path) const { return read_from(path, 0); }

std::optional<std::string> RealFiles::read_from(const std::string& path, std::size_t offset) const {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw system_error("cannot open", path, errno);
  }
  std::string bytes;
  struct stat st {};
  const auto from = static_cast<off_t>(offset);
  if (fstat(file.get(), &st) == 0 && st.st_size > from) {
    bytes.reserve(static_cast<std::size_t>(st.st_size - from));
  }
  if (offset > 0 && lseek(file.get(), from, SEEK_SET) < 0) throw system_error("cannot read", path, errno);
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(file.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("cannot read", path, errno);
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
}

void RealFiles::write(const std::string& path, std::string_view bytes, mode_t mode) {
  // A symlink stays a symlink: the file behind it is the one replaced.
  std::error_code ignored;
  std::string target = path;
  if (fs::is_symlink(path, ignored)) target = fs::weakly_canonical(path, ignored).string();

  TemporaryFile temporary{target + ".XXXXXX"};
  Descriptor file(mkostemp(temporary.path.data(), O_CLOEXEC));
  if (!file && errno == ENOENT) {
    make_directories(fs::path(target).parent_path().string(), 0755);
    temporary.path = target + ".XXXXXX";
    file = Descriptor(mkostemp(temporary.path.data(), O_CLOEXEC));
  }
  if (!file) {
    temporary.kept = true;  // there is nothing to unlink
    throw system_error("cannot create a temporary file beside", path, errno);
  }
  struct stat old {};
  if (stat(target.c_str(), &old) == 0) {
    mode = old.st_mode & 07777;
    // Only root may give files away; for anyone else the owner is right already.
    if (fchown(file.get(), old.st_uid, old.st_gid) != 0 && errno != EPERM) {
      throw system_error("cannot keep the owner of", path, errno);
    }
  }
  if (fchmod(file.get(), mode) != 0) throw system_error("cannot set the mode of", path, errno);
  write_all(file.get(), bytes, path);
  if (durable_ && fsync(file.get()) != 0) throw system_error("cannot sync", path, errno);
  if (rename(temporary.path.c_str(), target.c_str()) != 0) {
    throw system_error("cannot replace", path, errno);
  }
  temporary.kept = true;
}

bool RealFiles::exists(const std::string& path) const {
  std::error_code error;
  return fs::symlink_status(path, error).type() != fs::file_type::not_found;
}

std::vector<std::string> RealFiles::list(const std::string& path) const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw system_error("cannot list", path, error.value());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool RealFiles::remove(const std::string& path) {
  std::error_code error;
  const auto count = fs::remove_all(path, error);
  if (error) throw system_error("cannot remove", path, error.value());
  return count > 0;
}

void RealFiles::make_directories(const std::string& path, mode_t mode) {
  std::string prefix;
  for (const auto& part : fs::path(path)) {
    prefix = prefix.empty() ? part.string() : (fs::path(prefix) / part).string();
    if (mkdir(prefix.c_str(), mode) == 0) {
      chmod(prefix.c_str(), mode);  // the umask must not decide what others can reach
    } else if (errno != EEXIST) {
      const int why = errno;
      if (!fs::is_directory(prefix)) throw system_error("cannot create directory", prefix, why);
    }
  }
}

std::optional<std::string> MemoryFiles::read(const std::string& path) const {
  const auto it = contents.find(path);
  if (it == contents.end()) return std::nullopt;
  return it->second;
}

void MemoryFiles::write(const std::string& path, std::string_view bytes, mode_t mode) {
  modes.emplace(path, mode);
  contents[path] = bytes;
}

bool MemoryFiles::exists(const std::string& path) const {
  return contents.contains(path) || !list(path).empty();
}

std::vector<std::string> MemoryFiles::list(const std::string& path) const {
  std::vector<std::string> names;
  const std::string prefix = path + "/";
  for (auto it = contents.lower_bound(prefix);
       it != contents.end() && it->first.starts_with(prefix); ++it) {
    auto name = it->first.substr(prefix.size());
    name.resize(std::min(name.find('/'), name.size()));
    if (names.empty() || names.back() != name) names.push_back(std::move(name));
  }
  return names;
}

bool MemoryFiles::remove(const std::string& path) {
  return std::erase_if(contents, [&](const auto& entry) {
           return entry.first == path || entry.first.starts_with(path + "/");
         }) > 0;
}

FileLock::FileLock(const std::string& path, int timeout_seconds) {
  const std::string parent = fs::path(path).parent_path().string();
  if (!parent.empty()) RealFiles().make_directories(parent, 0755);
  file_ = Descriptor(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) throw system_error("cannot open lock file", path, errno);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_seconds);
  for (;;) {
    if (flock(file_.get(), timeout_seconds < 0 ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return;
    if (errno == EINTR) continue;
    const int why = errno;
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (why == EWOULDBLOCK && !late) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      continue;
    }
    if (why != EWOULDBLOCK) throw system_error("cannot lock", path, why);
    throw Error(ExitCode::deadline_passed,
                "still locked by another process after " + std::to_string(timeout_seconds) + " s",
                path, "wait for the other make to end, or see who holds it: fuser -v " + path);
  }
}

std::string expand_home(std::string_view path) {
  if (path != "~" && !path.starts_with("~/")) return std::string(path);
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* user = getpwuid(getuid());
    home = user == nullptr ? "/" : user->pw_dir;
  }
  return std::string(home) + std::string(path.substr(1));
}

std::string absolute_path(std::string_view path) {
  auto text = fs::absolute(fs::path(path)).lexically_normal().string();
  if (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace kdevops::support
