// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace kdevops::ssh {

/// A home directory of the test's own: $HOME while it lives.
class TemporaryHome {
 public:
  TemporaryHome() {
    const char* home = getenv("HOME");
    old_ = home == nullptr ? "" : home;
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
    setenv("HOME", path_.c_str(), 1);
  }
  ~TemporaryHome() {
    setenv("HOME", old_.c_str(), 1);
    std::filesystem::remove_all(path_);
  }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = testing::TempDir() + "kdevops-home-XXXXXX", old_;
};

inline mode_t mode_of(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(lstat(path.c_str(), &st), 0) << path;
  return st.st_mode & 07777;
}

}  // namespace kdevops::ssh
