#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fstests without a guest: every section that Kconfig offers has a profile and becomes a local.config
that xfstests can read; the right lists of failures are taken; suite.sh reads its own files."""

import json
import os
import re
import tempfile
from pathlib import Path

from harness import TOPDIR, Report, environment, run, stubs

FILE_SYSTEMS = ["xfs", "btrfs", "ext4", "nfs", "cifs", "tmpfs"]
ROLE = TOPDIR / "playbooks/roles/fstests"
WORKFLOW = TOPDIR / "workflows/fstests"
# What is told from upstream's lists of sections: no section, but a switch for some.
SWITCH = re.compile(r"_ENABLED$")
# What xfstests' common/config takes for a setting: no quote inside one.
SETTING = re.compile(r"""^[A-Z_]+=(?:'[^'"]*'|[^'"]*)$""")

VARIABLES = {
    "kdevops_host_prefix": "p", "data_path": "/data", "ansible_os_family": "NixOS",
    "fstests_test_dev": "/dev/loop16", "fstests_logwrites_dev": "/dev/loop15",
    "fstests_scratch_devpool": " ".join(f"/dev/loop{n}" for n in range(5, 13)),
    "fstests_test_logdev": "/dev/loop13", "fstests_scratch_logdev": "/dev/loop15",
    "fstests_test_rtdev": "/dev/loop13", "fstests_scratch_rtdev": "/dev/loop14",
    "fstests_test_rtlogdev_rtdev": "/dev/loop12", "fstests_scratch_devpool_rtlogdev": "/dev/loop5 /dev/loop6",
    "fstests_nfs_server_host": "p-nfsd", "fstests_nfs_use_kdevops_nfsd": True, "fstests_smb_server_host": "smb",
    "smb_root_pw": "secret", "fstests_soak_duration": 0,
}

# Of some sections, settings that their names promise.
EXPECTED = {
    "xfs_crc": {"MKFS_OPTIONS": "-f -m crc=1,reflink=0,rmapbt=0 -i sparse=0", "USE_EXTERNAL": "no",
                "LOGWRITES_DEV": "/dev/loop15"},
    "xfs_reflink_64k_4ks": {"MKFS_OPTIONS": "-f -m reflink=1,rmapbt=1 -i sparse=1 -b size=65536 -s size=4k"},
    "xfs_crc_logdev_rtdev": {"TEST_LOGDEV": "/dev/loop13", "TEST_RTDEV": "/dev/loop12", "USE_EXTERNAL": "yes",
                             "SCRATCH_DEV_POOL": "/dev/loop5 /dev/loop6", "LOGWRITES_DEV": None,
                             "MKFS_OPTIONS": "-f -m reflink=0,rmapbt=0 -d rtinherit=1 -lsize=1g"},
    "btrfs_nohofspace_zstd": {"MKFS_OPTIONS": "-f -K -O no-holes",
                              "MOUNT_OPTIONS": "-o space_cache=v2,compress=zstd"},
    "btrfs_simple_zns": {"TEST_DEV": "/dev/nullb0", "LOGWRITES_DEV": None},
    "ext4_bigalloc64k_4k": {"MKFS_OPTIONS": "-F -O bigalloc -C 64k -b 4k", "TEST_DEV": "/dev/loop16"},
    "nfs_v40": {"MOUNT_OPTIONS": "-o vers=4.0", "TEST_FS_MOUNT_OPTS": "-o vers=4.0"},
    "cifs_smb3_seal": {"MOUNT_OPTIONS": "-ousername=root,password=secret,noperm,vers=3.0,mfsymlinks,actimeo=0,seal"},
    "tmpfs_huge_advise": {"TMPFS_MOUNT_OPTIONS": "-o huge=advise"},
}
DEVICES = {"nfs": {"TEST_DEV": "p-nfsd:/export/p-fs-t", "SCRATCH_DEV": "p-nfsd:/export/p-fs-s"},
           "cifs": {"TEST_DEV": "//smb/p-fs-t", "SCRATCH_DEV": "//smb/p-fs-s"},
           "tmpfs": {"TEST_DEV": "/media/test", "SCRATCH_DEV": "/media/scratch"}}


def offered(fs):
    text = (WORKFLOW / f"Kconfig.{fs}").read_text()
    names = re.findall(rf"^config FSTESTS_{fs.upper()}_SECTION_(\w+)$", text, re.M)
    return sorted(name.lower() for name in names if not SWITCH.search(name))


def profiles(fs):
    text = (ROLE / f"vars/profiles/{fs}.yml").read_text()
    return sorted(re.findall(r"^  (\w+):", text[text.index("\nfstests_profiles:"):], re.M))


def render(directory, fs, sections, node="p", **variables):
    """The local.config of a node that tests all of them."""
    inventory = directory / f"{fs}-{node}.ini"
    inventory.write_text(f"[baseline]\n{node}\n[dev]\n[nfsd]\n")
    chosen = {**VARIABLES, "topdir_path": str(directory), "fstests_fstyp": fs,
              "fstests_config_debug": str(directory / fs),
              **{f"fstests_{fs}_section_{s}": True for s in sections}, **variables}
    done = run(["ansible-playbook", "-i", inventory, "--extra-vars", json.dumps(chosen),
                TOPDIR / "playbooks/fstests-config-debug.yml"],
               env=environment(ANSIBLE_NOCOLOR="1", ANSIBLE_LOCAL_TEMP=str(directory / "ansible")), timeout=90)
    path = directory / fs / f"{node}.config"
    return (path.read_text() if path.exists() else ""), ([] if done.returncode == 0 else [done.stdout + done.stderr])


def parse(text):
    """section -> settings, and the lines that are neither."""
    sections, strange, current = {}, [], None
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if found := re.fullmatch(r"\[([A-Za-z0-9_-]+)\]", line):
            current = sections.setdefault(found[1], {})
        elif SETTING.match(line) and current is not None:
            name, value = line.split("=", 1)
            current[name] = value.strip("'")
        else:
            strange.append(line)
    return sections, strange


def configurations(report, directory):
    for fs in FILE_SYSTEMS:
        wanted = offered(fs)
        report.case(f"{fs}: every section of Kconfig has a profile, and no other",
                    [] if wanted == profiles(fs) else [set(wanted) ^ set(profiles(fs))])
        text, problems = render(directory, fs, wanted)
        sections, strange = parse(text)
        names = ["default"] + [f"{fs}_{s}" for s in wanted]
        problems += [f"not readable: {line}" for line in strange]
        if sorted(sections) != sorted(names):
            problems.append(f"sections: {set(sections) ^ set(names)}")
        for name, settings in {"default": DEVICES.get(fs, {}), **EXPECTED}.items():
            if name in sections:
                problems += [f"[{name}] {key} is {sections[name].get(key)}, not {value}"
                             for key, value in settings.items() if sections[name].get(key) != value]
        report.case(f"{fs}: local.config of its {len(wanted)} sections", problems)
    text, problems = render(directory, "xfs", ["crc", "reflink_4k"], node="p-xfs-reflink-4k-dev",
                            fstests_soak_duration=30, fstests_xfs_mount_quota_opts="usrquota")
    sections, _ = parse(text)
    if list(sections) != ["default", "xfs_reflink_4k"]:
        problems.append(f"a node named after a section has {list(sections)}")
    elif (sections["default"].get("SOAK_DURATION"), sections["xfs_reflink_4k"].get("MOUNT_OPTIONS")) != ("30", "-o usrquota"):
        problems.append(text)
    report.case("a node named after a section tests only that; soak and quota are in it", problems)


def expunges(report, directory):
    lists = {"6.1.0/xfs/unassigned/xfs_crc.txt": "generic/001 # since 6.0\ngeneric/002\n",
             "6.1.0/xfs/unassigned/xfs_nocrc.txt": "generic/003\n",
             "6.1.0/xfs/assigned/P2/all.txt": "# nobody\nxfs/004\n", "6.1.0/ext4/diff/all.txt": "generic/005\n",
             "6.1.1/xfs/diff/all.txt": "generic/006\n", "nixos/26.05/xfs/diff/progs.txt": "generic/007\n",
             "any/xfs/assigned/xfs_crc.txt": "generic/008\n", "any/over-10s.txt": "generic/009\n",
             "any/large-disk.txt": "generic/010\n"}
    for name, text in lists.items():
        (directory / "expunges" / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / "expunges" / name).write_text(text)

    def found(kernel, groups="auto", large="True", local=""):
        done = run(["sh", ROLE / "files/expunges.sh", directory / "expunges", kernel, local, "nixos", "26.05", "xfs",
                    groups, large, "xfs_crc"])
        return sorted(line.split()[1][-2:] for line in done.stdout.splitlines() if line.startswith("xfs_crc "))

    for what, got, wanted in (
            ("kernel, distribution and any are taken, for this file system and section", found("6.1.0"),
             ["01", "02", "04", "07", "08"]),
            ("a kernel's + and local version make no difference", found("6.1.0-mine+", local="-mine"),
             ["01", "02", "04", "07", "08"]),
            ("another kernel has other lists", found("6.1.1"), ["06", "07", "08"]),
            ("slow tests of group quick", found("6.2.0", groups="quick,rw"), ["07", "08", "09"]),
            ("tests of large disks, when they are not wanted", found("6.2.0", large="False"), ["07", "08", "10"])):
        report.case(f"expunges: {what}", [] if got == wanted else [f"{got}, not {wanted}"])


CASE = '\t<testcase classname="xfstests.xfs_crc" name="{}" time="1">\n{}\t</testcase>\n'
FAILURE = '\t\t<failure message="- output mismatch" type="TestFail" />\n'
SKIPPED = '\t\t<skipped message="this test requires a valid $LOGWRITES_DEV" />\n'

# What the adapter asks of a node; check prints what -n makes it print, and notes how it was called.
STUBS = {"xfstests-check": 'echo "$*" >>"$STUBS/called"\nprintf "%s\\n" "SECTION       -- $3" generic/001 generic/002 xfs/003',
         "mountpoint": "exit 1", "mount": ":"}
# As kdevops writes it: with names that only check sets, results where check is, a drive and no pool.
THEIRS = """[default]
FSTYP=xfs
TEST_DEV=/dev/vdb
TEST_DIR={0}/test
SCRATCH_DEV=/dev/vdc
SCRATCH_MNT={0}/scratch
RESULT_BASE=$PWD/results/$HOST/$(uname -r)

[xfs_crc]
MKFS_OPTIONS='-f -m crc=1'
TEST_FS_MOUNT_OPTS="$TEST_FS_MOUNT_OPTS -o usrquota"
"""


class Suite:
    """suite.sh in the directory of a run, beside earlier ones."""

    def __init__(self, directory):
        self.directory = directory
        self.run = directory / "20261121T050000Z"
        self.run.mkdir(parents=True)
        (self.run / "local.config").write_text(THEIRS.format(directory))
        (self.run / "expunges").write_text("")
        self.path = stubs(directory / "bin", STUBS)

    def verb(self, *words, **settings):
        names = ("SECTIONS=xfs_crc TESTS= GROUPS=auto EXCLUDE_GROUPS= COUNT= START_AFTER= SKIP_TESTS= FAILURES= "
                 "INITIAL_BASELINE= JOURNAL= TRIM= NFSD= SPARSE_PATH= DIR=").split(" ")
        variables = {f"FSTESTS_{name}": value for name, _, value in (setting.partition("=") for setting in names)}
        variables.update({f"FSTESTS_{name}": value for name, value in settings.items()})
        return run(["sh", ROLE / "files/suite.sh", *words], cwd=self.run,
                   env=environment(PATH=self.path, STUBS=str(self.directory), **variables))

    def called(self):
        """The sections and the tests that check was called with since the last look."""
        path = self.directory / "called"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line.removeprefix("-n -s ") for line in lines]


def recorded(report, directory):
    """What has a result, after a pass that a crash ended and one behind it."""
    suite = Suite(directory / "recorded")
    section = suite.run / "6.1.0/xfs_crc"
    section.mkdir(parents=True)
    (section / "result-1.xml").write_text("<testsuite>\n" + CASE.format("generic/001", "") + CASE.format("xfs/002", FAILURE))
    (section / "result.xml").write_text(CASE.format("generic/003", SKIPPED) + "</testsuite>\n")
    for sections, wanted in (("xfs_crc", ["generic/001", "generic/003", "xfs/002"]),
                             ("xfs_crc xfs_nocrc", [f"xfs_crc/{t}" for t in ("generic/001", "generic/003", "xfs/002")])):
        done = suite.verb("recorded", SECTIONS=sections)
        report.case(f"suite.sh recorded, sections {sections}",
                    [] if done.stdout.split() == wanted else [done.stdout + done.stderr])


def listed(report, directory):
    """What is planned."""
    suite = Suite(directory / "listed")
    everything = ["generic/001", "generic/002", "xfs/003"]
    done = suite.verb("list")
    report.case("suite.sh list reads a configuration as kdevops writes it",
                [] if done.returncode == 0 and done.stdout.split() == everything else [done])
    kernel = os.uname().release
    bases = re.findall("^RESULT_BASE=.*", (suite.run / "local.config").read_text(), re.M)
    suite.verb("list")
    again = re.findall("^RESULT_BASE=.*", (suite.run / "local.config").read_text(), re.M)
    report.case("results lie in the run's directory, whatever it says",
                [] if bases == again == [f"RESULT_BASE={suite.run}/{kernel}"] * 2 else [bases, again])
    suite.called()
    suite.verb("list", FAILURES="xfs_crc/generic/002 xfs_nocrc/xfs/003", SECTIONS="xfs_crc xfs_nocrc xfs_logdev")
    told = suite.called()
    suite.verb("list", FAILURES="generic/001 xfs/003")
    told += suite.called()
    report.case("what failed is run again in the sections where it failed",
                [] if told == ["xfs_crc generic/002", "xfs_nocrc xfs/003", "xfs_crc generic/001 xfs/003"] else [told])
    section = suite.directory / f"20261121T010000Z/{kernel}/xfs_crc"
    section.mkdir(parents=True)
    (section / "result.xml").write_text("<testsuite>\n" + CASE.format("generic/001", "") + CASE.format("xfs/003", FAILURE)
                                        + CASE.format("generic/002", SKIPPED) + "</testsuite>\n")
    done = suite.verb("list", INITIAL_BASELINE="yes")
    report.case("INITIAL_BASELINE leaves out what passed before a crash, and not what was skipped",
                [] if done.stdout.split() == ["generic/002", "xfs/003"] else [done])


def drives(report, directory):
    """Which NVMe drives are tested."""
    directory /= "nvme"
    by_id, noted = directory / "by-id", directory / "data/list"
    by_id.mkdir(parents=True)
    # nvme-eui.<n> is drive <n>; its mount points are in mounts-<n>.
    path = stubs(directory / "bin", {
        "lsblk": 'for link; do :; done\ncase $* in *KNAME*) readlink -f "$link" ;; *) cat "$STUBS/mounts-${link#nvme-eui.}" ;; esac',
        "blkid": "exit 2", "blockdev": "echo 25769803776", "udevadm": ":",
        "sfdisk": 'cat >"$STUBS/table"; for n in 1 2 3 4 5 6 7 8 9 10 11 12; do : >"$2-part$n"; done'})
    script = (ROLE / "files/nvme.sh").read_text().replace("/dev/disk/by-id", str(by_id))

    def drive(n, *mounts):
        (by_id / f"nvme-eui.{n}").touch()
        (directory / f"mounts-{n}").write_text("\n".join(("", *mounts)) + "\n")

    def chosen(kind="drives", data=""):
        done = run(["sh", "-c", script, "sh", kind, "", noted, data, "/media/test", "/media/scratch"],
                   env=environment(PATH=path, STUBS=str(directory)))
        return [line.removeprefix(f"{by_id}/nvme-eui.") for line in done.stdout.split()], done.stderr

    for n in range(1, 10):
        drive(n)
    drive(1, "/home")
    drive(3, "/media/test")
    first = chosen(data=f"{by_id}/nvme-eui.2")
    report.case("NVMe drives: what is mounted and the data's is not taken, what tests mounted is",
                [] if first[0] == list("3456789") and "chose" in first[1] else [first])
    for n in (4, 5):
        drive(n, "/elsewhere")
    drive(1)
    again = chosen(data=f"{by_id}/nvme-eui.2")
    report.case("NVMe drives: they are chosen once", [] if again == (first[0], "") else [again])
    (by_id / "nvme-eui.9").unlink()
    less = chosen(data=f"{by_id}/nvme-eui.2")
    report.case("NVMe drives: unless one is gone", [] if less[0] == [] and "found 5 free" in less[1] else [less])
    parts = chosen("partitions"), chosen("partitions")
    report.case("NVMe drives: or something else is wanted",
                [] if parts[0][0] == parts[1][0] == [f"1-part{n}" for n in range(1, 13)] and not parts[1][1]
                and (directory / "table").read_text().count("size=2047MiB") == 12 else parts)


def main():
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-fstests-") as scratch:
        for part in (configurations, expunges, recorded, listed, drives):
            part(report, Path(scratch))
    report.finish()


main()
