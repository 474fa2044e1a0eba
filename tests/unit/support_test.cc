// SPDX-License-Identifier: GPL-2.0-or-later
#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/error.h"
#include "support/files.h"
#include "support/hash.h"
#include "support/process.h"

namespace kdevops::support {
namespace {

/// A directory of the test's own, removed afterwards.
class Scratch {
 public:
  Scratch() { mkdtemp(path_.data()); }
  ~Scratch() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = testing::TempDir() + "kdevops-XXXXXX";
};

mode_t mode_of(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(stat(path.c_str(), &st), 0) << path;
  return st.st_mode & 07777;
}

TEST(Error, RendersPlaceReasonAndIndentedHint) {
  EXPECT_EQ(Error(ExitCode::failed, "why", "a:1", "do this\nor that").render("tool"),
            "tool: a:1: why\n  do this\n  or that\n");
  EXPECT_EQ(Error(ExitCode::failed, "git: fatal\n").render("tool"), "tool: git: fatal\n");
}

TEST(RealFiles, WritesAtomicallyWithTheModeAskedForWhateverTheUmask) {
  Scratch scratch;
  RealFiles files;
  const mode_t old = umask(077);
  files.write(scratch / "deep/new", "one", 0644);
  umask(old);
  EXPECT_EQ(files.read(scratch / "deep/new"), "one");
  EXPECT_EQ(mode_of(scratch / "deep/new"), 0644u);
  EXPECT_EQ(mode_of(scratch / "deep"), 0755u);
  chmod((scratch / "deep/new").c_str(), 0600);
  files.write(scratch / "deep/new", "two", 0644);
  EXPECT_EQ(mode_of(scratch / "deep/new"), 0600u) << "an existing file keeps its mode";
  EXPECT_EQ(files.list(scratch / "deep"), std::vector<std::string>{"new"}) << "no temporary left";
}

TEST(RealFiles, WritesOnlyWhatChanged) {
  Scratch scratch;
  RealFiles files;
  EXPECT_TRUE(files.write_if_changed(scratch / "f", "x"));
  EXPECT_FALSE(files.write_if_changed(scratch / "f", "x"));
  EXPECT_TRUE(files.write_if_changed(scratch / "f", "y"));
}

TEST(RealFiles, KeepsASymlinkALink) {
  Scratch scratch;
  RealFiles files;
  files.write(scratch / "real", "x", 0644);
  ASSERT_EQ(symlink("real", (scratch / "link").c_str()), 0);
  files.write(scratch / "link", "y", 0644);
  EXPECT_TRUE(std::filesystem::is_symlink(scratch / "link"));
  EXPECT_EQ(files.read(scratch / "real"), "y");
}

TEST(RealFiles, NamesWhatCannotBeRead) {
  RealFiles files;
  EXPECT_EQ(files.read("/nonexistent/x"), std::nullopt);
  try {
    files.read_or_throw("/nonexistent/x");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.where(), "/nonexistent/x");
  }
}

TEST(FileLock, GivesUpAtItsDeadline) {
  Scratch scratch;
  FileLock held(scratch / "lock");
  EXPECT_THROW(FileLock(scratch / "lock", 0), Error);
}

TEST(Hash, IsSha256) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(RealProcesses, CapturesBothStreamsAndTheStatus) {
  RealProcesses processes;
  const auto result = processes.run({.argv = {"sh", "-c", "cat; echo err >&2; exit 3"}, .input = "in"}, {});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "in");
  EXPECT_EQ(result.err, "err\n");
}

TEST(RealProcesses, PassesArgumentsWithoutAShell) {
  RealProcesses processes;
  const std::string awkward = "a b'\"$(id)\n*";
  EXPECT_EQ(processes.run({.argv = {"printf", "%s", awkward}}, {}).out, awkward);
}

TEST(RealProcesses, EndsAChildThatTakesTooLong) {
  RealProcesses processes;
  const auto result = processes.run(
      {.argv = {"sleep", "60"}, .timeout = std::chrono::milliseconds(50)}, {});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.status, 128 + SIGTERM);
}

TEST(RealProcesses, StopsOnRequest) {
  RealProcesses processes;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(processes.run({.argv = {"sleep", "60"}}, stop.get_token()).status, 128 + SIGTERM);
}

TEST(RealProcesses, SaysWhichProgramIsMissing) {
  RealProcesses processes;
  try {
    processes.run({.argv = {"no-such-program"}}, {});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::host_not_ready);
    EXPECT_EQ(e.where(), "no-such-program");
  }
}

TEST(RealProcesses, ChildrenInheritNoDescriptor) {
  RealProcesses processes;
  const auto result = processes.run({.argv = {"ls", "/proc/self/fd"}}, {});
  EXPECT_EQ(result.out, "0\n1\n2\n3\n") << "3 is ls's own";
}

TEST(ShellQuote, SurvivesAShell) {
  RealProcesses processes;
  const std::vector<std::string> argv{"printf", "%s|", "it's", "", "$x", "a b"};
  EXPECT_EQ(processes.run({.argv = {"sh", "-c", shell_quote(argv)}}, {}).out, "it's||$x|a b|");
}

}  // namespace
}  // namespace kdevops::support
