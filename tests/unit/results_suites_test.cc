// SPDX-License-Identifier: GPL-2.0-or-later
// Every parser over samples of its suite's own output (tests/samples/README.md).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "results/render.h"
#include "results/tap.h"
#include "results_samples.h"

namespace kdevops::results {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr auto passed = Verdict::passed, failed = Verdict::failed, skipped = Verdict::skipped;

Node sample(const std::string& name) { return load_node(sample_directory + name); }

const std::string run = "/20261121T031502Z/";

TEST(Fstests, ReadsASection) {
  const Node node = sample("fstests" + run + "kdevops-xfs-crc");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_EQ(node.section, "xfs_crc");
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("generic/001", passed), Pair("generic/002", passed),
                                                   Pair("generic/003", failed), Pair("generic/004", failed),
                                                   Pair("generic/455", skipped), Pair("xfs/001", passed)));
  const results::Test& mismatch = test_of(node, "generic/003");
  EXPECT_EQ(mismatch.reason, "output mismatch");
  EXPECT_EQ(mismatch.evidence, "6.18.44/xfs_crc/generic/003.out.bad");
  EXPECT_THAT(mismatch.excerpt, HasSubstr("+file1: atime has not been updated <&>"));
  EXPECT_EQ(mismatch.seconds, 2);
  EXPECT_EQ(test_of(node, "generic/004").evidence, "6.18.44/xfs_crc/generic/004.dmesg");
  EXPECT_EQ(test_of(node, "generic/455").reason, "this test requires a valid $LOGWRITES_DEV");
}

TEST(Fstests, APanicAndAHangAreVerdictsAndTheRestIsThere) {
  const Node node = sample("fstests" + run + "kdevops-xfs-reflink-4k");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("generic/001", passed), Pair("generic/002", Verdict::crashed),
                                                   Pair("generic/003", Verdict::hung), Pair("generic/455", skipped),
                                                   Pair("xfs/001", passed)));
  const results::Test& panic = test_of(node, "generic/002");
  EXPECT_EQ(panic.reason, "the guest panicked: Kernel panic - not syncing: sysrq triggered crash");
  EXPECT_EQ(panic.evidence, "crash-1.txt");
  EXPECT_THAT(panic.excerpt, HasSubstr("Kernel panic - not syncing"));
  EXPECT_THAT(test_of(node, "generic/003").reason, HasSubstr("blocked for more than 122 seconds"));
  EXPECT_EQ(exit_status({{"r", {node}}}), 6);
}

TEST(Fstests, WithoutAReportTheLogSpeaks) {
  ScratchDirectory scratch;
  scratch.copy("fstests" + run + "kdevops-xfs-crc");
  std::filesystem::remove(scratch.path + "/6.18.44/xfs_crc/result.xml");
  const Node node = load_node(scratch.path);
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_EQ(test_of(node, "generic/001").verdict, passed);
  EXPECT_EQ(test_of(node, "generic/001").seconds, 4);
  EXPECT_EQ(test_of(node, "generic/003").verdict, failed);
  EXPECT_EQ(test_of(node, "generic/455").reason, "this test requires a valid $LOGWRITES_DEV");
}

TEST(Fstests, AnUnescapedMessageLosesOnlyItsOwnTest) {
  ScratchDirectory scratch;
  scratch.copy("fstests" + run + "kdevops-xfs-crc");
  const std::string path = scratch.path + "/6.18.44/xfs_crc/result.xml";
  std::string xml = support::RealFiles().read_or_throw(path);
  xml.replace(xml.find("- output mismatch"), 1, "a\" b");
  scratch.write("6.18.44/xfs_crc/result.xml", xml);
  const Node node = load_node(scratch.path);
  EXPECT_THAT(node.problems, ElementsAre(HasSubstr("result.xml: cut or not XML at byte")));
  EXPECT_EQ(test_of(node, "xfs/001").verdict, passed);
  EXPECT_EQ(test_of(node, "generic/003").verdict, failed);  // check.log names it
}

TEST(Fstests, TwoSectionsOnOneNodeKeepTheirNames) {
  ScratchDirectory scratch;
  scratch.copy("fstests" + run + "kdevops-xfs-crc");
  std::filesystem::copy(sample_directory + "fstests" + run + "kdevops-xfs-reflink-4k/6.18.44", scratch.path + "/6.18.44",
                        std::filesystem::copy_options::recursive);
  std::filesystem::remove(scratch.path + "/tests");
  const Node node = load_node(scratch.path);
  EXPECT_EQ(test_of(node, "xfs_crc/generic/003").verdict, failed);
  EXPECT_EQ(test_of(node, "xfs_reflink_4k/xfs/001").verdict, passed);
}

TEST(Fstests, ReadsKdevopsOwnLayout) {
  ScratchDirectory scratch;
  std::filesystem::create_directories(scratch.path + "/last-run");
  std::filesystem::copy(sample_directory + "fstests" + run + "kdevops-xfs-crc/6.18.44", scratch.path + "/last-run/6.18.44",
                        std::filesystem::copy_options::recursive);
  const Node node = load_node(scratch.path);
  EXPECT_EQ(node.kernel, "6.18.44");
  EXPECT_EQ(node.tests.size(), 6u);
}

// Elsewhere check.log grows with every run.
TEST(Fstests, OnlyTheLastPassOfAForeignLogCounts) {
  ScratchDirectory scratch;
  const std::string earlier = "\nKernel version: 6.18.44\nRan: generic/001 generic/009\nFailures: generic/001 generic/009\n"
                              "Failed 2 of 2 tests\n";
  scratch.copy("fstests" + run + "kdevops-xfs-crc");
  for (const char* ours : {"tests", "run.json", "exit_status"}) std::filesystem::remove(scratch.path + "/" + ours);
  const std::string section = scratch.path + "/6.18.44/xfs_crc/";
  const std::string log = support::RealFiles().read_or_throw(section + "check.log");
  scratch.write("6.18.44/xfs_crc/check.log", earlier + log);
  Node node = load_node(scratch.path);
  EXPECT_EQ(test_of(node, "generic/001").verdict, passed);
  EXPECT_EQ(node.tests.size(), 6u);
  std::filesystem::remove(section + "result.xml");
  node = load_node(scratch.path);
  EXPECT_EQ(test_of(node, "generic/001").verdict, passed);
  EXPECT_EQ(node.tests.size(), 6u);
}

TEST(Blktests, ReadsATree) {
  const Node node = sample("blktests" + run + "kdevops-block");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("meta/001", passed), Pair("meta/003", passed), Pair("meta/005", failed),
                                                   Pair("meta/007", skipped), Pair("meta/009", failed), Pair("meta/014", skipped),
                                                   Pair("meta/016", passed), Pair("meta/020", skipped), Pair("nvme/001", skipped)));
  EXPECT_EQ(test_of(node, "meta/005").reason, "output mismatch");
  EXPECT_EQ(test_of(node, "meta/005").evidence, "results/nodev/meta/005.out.bad");
  EXPECT_EQ(test_of(node, "meta/009").evidence, "results/nodev/meta/009.dmesg");
  EXPECT_THAT(test_of(node, "meta/009").excerpt, HasSubstr("kernel BUG at block/blk-core.c"));
  EXPECT_EQ(test_of(node, "nvme/001").reason, "driver nvme is not available");
}

// "zbd/*** => sda" is about that device; the tests go on without it.
TEST(Blktests, AnUnfitDeviceIsNoReasonToSkipTheGroup) {
  ScratchDirectory scratch;
  scratch.write("n/run.json", R"({"workflow": "blktests"})");
  scratch.write("n/tests", "nvme/001\nzbd/001\nzbd/008\n");
  scratch.write("n/output.log", "nvme/***    [not run]\n    driver nvme is not available\n"
                                "zbd/*** => sda    [not run]\n    /dev/sda is not a zoned block device\nzbd/008 (one)\n");
  const Node node = load_node(scratch.path + "/n");
  EXPECT_EQ(test_of(node, "nvme/001").reason, "driver nvme is not available");
  EXPECT_EQ(test_of(node, "zbd/001").verdict, Verdict::truncated);
  EXPECT_EQ(test_of(node, "zbd/008").verdict, Verdict::truncated);
}

TEST(Selftests, ReadsARun) {
  const Node node = sample("selftests" + run + "kdevops-demo");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("demo:pass.sh", passed), Pair("demo:fail.sh", failed),
                                                   Pair("demo:skip.sh", skipped), Pair("demo:slow.sh", failed)));
  EXPECT_EQ(test_of(node, "demo:fail.sh").reason, "ended with status 1; 1 of 3 subtests failed: unloads");
  EXPECT_THAT(test_of(node, "demo:fail.sh").excerpt, HasSubstr("# # unload: busy"));
  EXPECT_EQ(test_of(node, "demo:slow.sh").reason, "did not end in time: 1 seconds");
}

TEST(Selftests, WithASummaryTheOutputIsTheEvidence) {
  const Node node = sample("selftests" + run + "kdevops-kmod");
  EXPECT_EQ(test_of(node, "kmod:fail.sh").evidence, "kmod.output.log");
  EXPECT_EQ(test_of(node, "kmod:fail.sh").reason, "ended with status 1");
}

TEST(Tap, AnyWorkflowMayWriteIt) {
  const Node node = sample("tap" + run + "kdevops");
  EXPECT_EQ(node.suite, "files");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("reads", passed), Pair("writes", failed), Pair("locks", skipped),
                                                   Pair("leases", skipped), Pair("closes", passed), Pair("raid", skipped)));
  EXPECT_EQ(test_of(node, "leases").reason, "known to fail: not written yet");
  EXPECT_EQ(test_of(node, "raid").reason, "no second drive");
  EXPECT_THAT(test_of(node, "writes").excerpt, HasSubstr("short write"));
}

TEST(Tap, AKtapHeaderBeginsADocument) {
  const auto documents = parse_tap("KTAP version 1\n1..1\n    KTAP version 1\n    1..1\n    ok 1 inner\nok 1 outer\n"
                                   "KTAP version 1\n1..1\nok 1 other\n");
  ASSERT_EQ(documents.size(), 2u);
  for (const auto& document : documents) EXPECT_EQ(document.problem(), "");
  EXPECT_EQ(documents[0].points.at(0).subtests, 1);
  EXPECT_EQ(documents[1].points.at(0).description, "other");
}

TEST(Ltp, ReadsTheTableAndTheOutput) {
  const Node node = sample("ltp" + run + "kdevops-fs");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("fs/pass01", passed), Pair("fs/fail01", failed), Pair("fs/brok01", failed),
                                                   Pair("fs/warn01", failed), Pair("fs/conf01", skipped), Pair("fs/sig01", failed)));
  EXPECT_EQ(test_of(node, "fs/fail01").reason, "fail01.c:33: TFAIL: open() failed: EACCES (13)");
  EXPECT_EQ(test_of(node, "fs/conf01").reason, "conf01.c:5: TCONF: no such file system");
  EXPECT_EQ(test_of(node, "fs/sig01").reason, "killed by signal 11");
}

TEST(Ltp, ReadsTheLinesAlone) {
  const Node node = sample("ltp" + run + "kdevops-cve");
  EXPECT_EQ(test_of(node, "cve/pass01").verdict, passed);
  EXPECT_EQ(test_of(node, "cve/brok01").reason, "broken (TBROK)");
  EXPECT_EQ(test_of(node, "cve/conf01").verdict, skipped);
  EXPECT_THAT(test_of(node, "cve/sig01").reason, HasSubstr("signal 11"));
}

// runltp names its files by the time and removes none.
TEST(Ltp, OfRunltpsOwnFilesTheNewestCounts) {
  ScratchDirectory scratch;
  const auto log = [](const char* row) {
    return std::string("Test Start Time: Sat Nov 21 09:38:05 2026\n") + row + "\nTotal Tests: 1\nHostname: n\n";
  };
  const auto output = [](const char* tag) {
    return std::string("<<<test_start>>>\ntag=") + tag + " stime=1\n<<<test_output>>>\n<<<execution_status>>>\n"
           "initiation_status=\"ok\"\nduration=0 termination_type=exited termination_id=0 corefile=no\n<<<test_end>>>\n";
  };
  scratch.write("n/fs/LTP_RUN_ON-2026_11_20-09h_00m_00s.log", log("a FAIL 1"));
  scratch.write("n/fs/LTP_RUN_ON-2026_11_20-09h_00m_00s.output", output("gone"));
  scratch.write("n/fs/LTP_RUN_ON-2026_11_21-09h_00m_00s.log", log("a PASS 0"));
  scratch.write("n/fs/LTP_RUN_ON-2026_11_21-09h_00m_00s.output", output("a"));
  scratch.write("n/cve/LTP_RUN_ON-2026_11_20-09h_00m_00s.log", log("b PASS 0"));
  const Node node = load_node(scratch.path);
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("fs/a", passed), Pair("cve/b", passed)));
  // Names of one's own say nothing of the time.
  scratch.write("n/fs/results/other.log", log("c FAIL 1"));
  EXPECT_EQ(test_of(load_node(scratch.path), "fs/c").verdict, failed);
}

TEST(Pynfs, ReadsBothVersions) {
  const Node node = sample("pynfs" + run + "kdevops-nfsd");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_EQ(node.tests.size(), 12u);
  EXPECT_EQ(test_of(node, "v4.0/ACC1a").verdict, passed);
  EXPECT_THAT(test_of(node, "v4.0/ACL5").reason, HasSubstr("OP_SETATTR should return NFS4_OK"));
  EXPECT_EQ(test_of(node, "v4.0/CID1b").verdict, skipped);
  EXPECT_DOUBLE_EQ(test_of(node, "v4.1/LOCK24").seconds.value_or(0), 20.1);
}

TEST(Gitr, ReadsScriptsAndWhatProveSays) {
  const Node node = sample("gitr" + run + "kdevops-tmpfs");
  EXPECT_THAT(node.problems, IsEmpty());
  EXPECT_THAT(verdicts(node), UnorderedElementsAre(Pair("t0007-git-var", passed), Pair("t0010-racy-git", passed),
                                                   Pair("t0099-demo", failed), Pair("t5580-unc-paths", skipped)));
  EXPECT_THAT(test_of(node, "t0099-demo").reason, HasSubstr("1 of 10 failed: 2 - "));
  EXPECT_EQ(test_of(node, "t5580-unc-paths").reason, "skipping Windows-only path tests");
}

TEST(Gitr, ProveKnowsHowACutScriptEnded) {
  ScratchDirectory scratch;
  scratch.copy("gitr" + run + "kdevops-tmpfs");
  scratch.write("tmpfs/t/test-results/t0010-racy-git.out", "ok 1 - one\n");
  std::filesystem::remove(scratch.path + "/tmpfs/t/test-results/t0010-racy-git.exit");
  std::filesystem::remove(scratch.path + "/tmpfs/t/test-results/t0010-racy-git.counts");
  EXPECT_EQ(test_of(load_node(scratch.path), "t0010-racy-git").verdict, Verdict::truncated);
  scratch.write("tmpfs.summary", "t0010-racy-git.sh (Wstat: 9 (Signal: KILL) Tests: 1 Failed: 0)\nResult: FAIL\n");
  const Node node = load_node(scratch.path);
  EXPECT_EQ(test_of(node, "t0010-racy-git").verdict, failed);
  EXPECT_THAT(test_of(node, "t0010-racy-git").reason, HasSubstr("Signal: KILL"));
}

TEST(Gitr, ReadsTheArchiveAlone) {
  const Node node = sample("gitr/kdevops-layout/last-run");
  EXPECT_EQ(test_of(node, "t0007-git-var").verdict, passed);
  EXPECT_EQ(test_of(node, "t0099-demo").verdict, failed);
  EXPECT_EQ(test_of(node, "t5580-unc-paths").verdict, skipped);
}

TEST(Mmtests, EveryIterationIsASample) {
  const Node node = sample("mmtests" + run + "kdevops-thpchallenge");
  EXPECT_THAT(node.problems, IsEmpty());
  const results::Test& test = test_of(node, "thpchallenge");
  EXPECT_EQ(test.verdict, passed);
  ASSERT_NE(test.metric("elapsed seconds"), nullptr);
  EXPECT_THAT(test.metric("elapsed seconds")->samples, ElementsAre(20.11, 20.22, 20.33));
  EXPECT_EQ(test.metric("elapsed seconds")->interval, 0);
  ASSERT_NE(test.metric("fault-huge-3 microseconds"), nullptr);
  EXPECT_EQ(test.metric("fault-huge-3 microseconds")->samples.size(), 3u);
  EXPECT_THAT(test.metric("huge-1 percent")->samples, ElementsAre(75, 75, 75));
}

TEST(Mmtests, AMissingIterationIsNoPass) {
  ScratchDirectory scratch;
  scratch.copy("mmtests" + run + "kdevops-thpchallenge");
  std::filesystem::remove_all(scratch.path + "/work/log/kdevops-thpchallenge-6.18.44/iter-2");
  EXPECT_EQ(test_of(load_node(scratch.path), "thpchallenge").reason, "2 of 3 iterations");
}

}  // namespace
}  // namespace kdevops::results
