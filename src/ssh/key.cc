// SPDX-License-Identifier: GPL-2.0-or-later
#include "ssh/key.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plan/identity.h"
#include "support/error.h"
#include "support/files.h"

namespace kdevops::ssh {

namespace fs = std::filesystem;
using support::Error;
using support::ExitCode;
using support::system_error;

namespace {

/// A directory that is removed again with all in it: half a pair is never seen under its real name.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent) : path_(parent + "/.kdevops-key.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) {
      throw system_error("cannot make a directory in", parent, errno);
    }
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Both there: true; none: false; one: an Error.
bool pair_exists(const std::string& path) {
  const support::RealFiles files;
  const bool key = files.exists(path), pub = files.exists(path + ".pub");
  if (key && !pub) {
    throw Error(ExitCode::failed, "the private key is there, but its public half is missing",
                path + ".pub",
                "make it again: " +
                    support::shell_quote({"ssh-keygen", "-y", "-f", path}) + " > " +
                    support::shell_quote({path + ".pub"}));
  }
  if (pub && !key) {
    throw Error(ExitCode::failed, "the public key is there, but its private half is missing", path,
                "restore it, or remove " + path + ".pub to get a new pair (nodes built with the "
                "old one must be rebuilt)");
  }
  return key;
}

/// link(2) and not rename(2): it refuses to overwrite.
void publish(const std::string& from, const std::string& to, mode_t mode) {
  if (chmod(from.c_str(), mode) != 0) throw system_error("cannot set the mode of", from, errno);
  if (link(from.c_str(), to.c_str()) != 0) throw system_error("cannot create", to, errno);
}

}  // namespace

std::string key_path(std::string_view tree) {
  return support::expand_home("~/.ssh/" + plan::key_name(tree));
}

bool create_key(const std::string& path, support::Processes& processes) {
  if (path.find('\n') != path.npos) {
    throw Error(ExitCode::configuration, "a key cannot live in a path with a line break", path,
                "move the tree to a directory without one");
  }
  const auto directory = fs::path(support::absolute_path(path)).parent_path().string();
  support::RealFiles().make_directories(directory, 0700);
  const support::FileLock lock(directory + "/.kdevops.lock", 60);
  if (pair_exists(path)) return false;

  const ScratchDirectory scratch(directory);
  const std::string made = scratch.path() + "/key";
  support::Command keygen;
  keygen.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "kdevops@nixos", "-f", made};
  processes.check(keygen);
  publish(made + ".pub", path + ".pub", 0644);
  publish(made, path, 0600);
  return true;
}

}  // namespace kdevops::ssh
