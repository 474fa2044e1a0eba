#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make linux against a kernel tree that has the real one's targets and compiles nothing: sources,
configuration, installation, what is refused and what is left alone. A real kernel is built and
booted by tests/e2e/imageless."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from harness import BUILD, TOPDIR, ConfigRoom, Report, environment, run

# What nixos-kernel asks of a kernel's Makefile, with one line of shell for each. Symbols that the file
# "unknown" lists are dropped, as kconfig drops what it does not know.
MAKEFILE = r"""
VERSION = 6
PATCHLEVEL = 99
SUBLEVEL = 0
EXTRAVERSION =
release = 6.99.0$(LOCALVERSION)
$(if $(filter command,$(origin LEAK)),$(error LEAK=$(LEAK) came through))
config = $(O)/.config
kernelrelease: ; @echo $(release)
image_name: ; @echo arch/x86/boot/bzImage
allnoconfig defconfig: ; @mkdir -p $(O) && { echo CONFIG_FROM_$(shell echo $@ | tr a-z A-Z)=y; cat $(KCONFIG_ALLCONFIG); } >$(config)
olddefconfig: ; @grep -vwFf $(CURDIR)/unknown $(config) >$(config).new; mv $(config).new $(config)
all: ; @echo "  CC      fs/file.o"; if test -e $(CURDIR)/broken; then echo "fs/file.c:7: error: expected ';'" >&2; exit 1; fi
	@mkdir -p $(O)/arch/x86/boot && cp $(CURDIR)/text $(O)/vmlinux && cp $(CURDIR)/text $(O)/System.map
	@cmp -s $(CURDIR)/text $(O)/arch/x86/boot/bzImage || cp $(CURDIR)/text $(O)/arch/x86/boot/bzImage
modules_install: ; @mkdir -p $(INSTALL_MOD_PATH)/lib/modules/$(release) && cp $(CURDIR)/text $(INSTALL_MOD_PATH)/lib/modules/$(release)/module.ko
"""


class Room:
    def __init__(self, report):
        self.report = report
        self.directory = BUILD / "check/kernel"
        shutil.rmtree(self.directory, ignore_errors=True)
        self.tree = self.directory / "tree"
        self.linux = self.directory / "linux"
        self.config_room = ConfigRoom(self.tree)
        for tool in BUILD.glob("nixos-*"):
            (self.tree / "build" / tool.name).symlink_to(tool)
        self.linux.mkdir()
        for name, text in (("Makefile", MAKEFILE), ("Kconfig", ""), ("text", "one"), ("unknown", "CONFIG_NONE\n")):
            (self.linux / name).write_text(text)
        (self.linux / "scripts").mkdir()
        (self.linux / "scripts/file").touch()
        self.git("init", "-q", "-b", "master")
        self.commit("one")
        self.git("tag", "v6.99")

    def git(self, *words, where=None):
        done = run(["git", "-C", where or self.linux, "-c", "user.name=T", "-c", "user.email=t@example.org", *words],
                   env=environment(GIT_CONFIG_GLOBAL="/dev/null"))
        if done.returncode:
            raise RuntimeError(f"git {words}: {done.stderr}")
        return done.stdout.strip()

    def commit(self, text):
        (self.linux / "text").write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", text)

    def configure(self, *settings):
        data = self.directory / "data"
        paths = [f"BOOTLINUX_DIRECT_BOOT_{name}={data / value}" for name, value in
                 (("TREE_PATH", "linux"), ("BUILDDIR", "build"), ("DESTDIR", "dest"))]
        self.config_room.defconfig("nixos+imageless+standin", ".config", *paths, *settings)
        made = run([BUILD / "nixos-gen", "--topdir", TOPDIR, "--tree", self.tree], cwd=self.tree, env=environment())
        if made.returncode:
            raise RuntimeError(made.stderr)
        self.data = data

    def kernel(self, *words):
        return run([BUILD / "nixos-kernel", *words], cwd=self.tree, env=environment())

    def make(self, *words):
        """make itself, with tools that are built already."""
        old = [word for path in ("build/.tools", "build/.generator", "build/.defconfig-tool") for word in ("-o", path)]
        return run(["make", "-f", TOPDIR / "Makefile", *old, *words], cwd=self.tree, env=environment())

    def record(self, name="baseline"):
        return json.loads((self.data / f"dest/{name}.json").read_text())

    def succeeds(self, name, done, *words):
        text = done.stdout + done.stderr
        problems = [f"exit {done.returncode}: {text}"] if done.returncode else []
        return self.report.case(name, problems + [f"does not say {w!r}: {text}" for w in words if not re.search(w, text)])

    def refuses(self, name, done, *words):
        text = done.stdout + done.stderr
        problems = ["it succeeded"] if done.returncode == 0 else []
        return self.report.case(name, problems + [f"does not say {w!r}: {text}" for w in words if not re.search(w, text)])

    def snapshot(self, root):
        return {str(p.relative_to(root)): (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()}


def as_it_is(room):
    room.configure(f"BOOTLINUX_TREE={room.linux}", "BOOTLINUX_TREE_LOCALVERSION=-test")
    room.refuses("a kernel that was never built is asked for by its command",
                 room.kernel("check", "--record", "baseline"), r"make linux")
    before = room.snapshot(room.linux)
    room.succeeds("make linux builds a directory as it is", room.make("LEAK=1", "linux"), r"as it is", "6.99.0-test")
    room.report.case("and writes nothing into it", [] if room.snapshot(room.linux) == before else ["it changed"])
    record, dest = room.record(), room.data / "dest"
    room.report.case("the record says what there is", [
        f"{key}: {record.get(key)}" for key, value in {
            "release": "6.99.0-test", "image": f"{dest}/boot/vmlinuz-6.99.0-test",
            "config": f"{dest}/boot/config-6.99.0-test", "modules": f"{dest}/lib/modules",
            "vmlinux": f"{room.data}/build/baseline/vmlinux", "source": str(room.linux),
            "build": f"{room.data}/build/baseline"}.items() if record.get(key) != value])
    room.report.case("and all of it exists", [p for k, p in record.items() if k != "release" and not Path(p).exists()])
    room.succeeds("a guest has all it needs", room.kernel("check", "--record", "baseline"))
    config = Path(record["config"]).read_text()
    room.report.case("the configuration starts where it was told to",
                     [] if "CONFIG_FROM_ALLNOCONFIG=y" in config else [config])
    made = room.snapshot(dest / "boot")
    room.succeeds("make linux again", room.make("linux"))
    room.report.case("leaves the installed kernel alone",
                     [name for name, now in room.snapshot(dest / "boot").items() if made.get(name) != now])
    own = room.data / "build/baseline/.config"
    own.write_text(own.read_text() + "CONFIG_MINE=y\n")
    room.kernel("all")
    room.report.case("what somebody set by menuconfig stays", [] if "CONFIG_MINE=y" in own.read_text() else ["it is gone"])


def failures(room):
    record = room.record()
    (room.linux / "broken").touch()
    room.refuses("a compile error is shown, with the log and the command", room.kernel("all"),
                 r"fs/file\.c:7: error", r"baseline\.log", r"make -C")
    (room.linux / "broken").unlink()
    room.report.case("and what guests boot stays", [] if room.record() == record else ["it changed"])
    (room.linux / "unknown").write_text("CONFIG_VIRTIO_FS\n")
    (room.linux / "Makefile").write_text(MAKEFILE + "# newer\n")
    room.refuses("a setting that the tree does not take is named", room.kernel("all"), r"CONFIG_VIRTIO_FS=y: no such",
                 r"imageless\.config")
    (room.linux / "unknown").write_text("CONFIG_NONE\n")
    (room.linux / ".config").touch()
    room.refuses("a tree that was built in place is refused", room.kernel("build"), r"built in place", r"mrproper")
    (room.linux / ".config").unlink()
    (room.linux / "Makefile").write_text(MAKEFILE)
    room.configure(f"BOOTLINUX_TREE={room.linux}", "BOOTLINUX_FRAGMENTS=defconfig nothing")
    room.refuses("a fragment that is not there is refused, and those there are told", room.kernel("all"), r"nothing",
                 r"imageless")
    room.configure(f"BOOTLINUX_TREE={room.directory}")
    room.refuses("a directory that is no kernel tree is refused", room.kernel("all"), r"no kernel tree")
    config = Path(record["config"])
    text = config.read_text()
    config.write_text(text.replace("CONFIG_VIRTIO_FS=y", "CONFIG_VIRTIO_FS=m").replace("CONFIG_SECCOMP=y\n", ""))
    room.refuses("what a guest lacks is listed", room.kernel("check", config), r"VIRTIO_FS=y \(is a module\)",
                 r"SECCOMP=y")
    config.write_text(text)


def two_refs(room):
    room.git("branch", "topic")
    refs = (f"BOOTLINUX_TREE={room.linux}", "BOOTLINUX_TREE_REF=v6.99", "KDEVOPS_BASELINE_AND_DEV=y",
            "BOOTLINUX_AB_DIFFERENT_REF=y", "TARGET_LINUX_DEV_REF=topic")
    room.configure(*refs)
    before = room.git("for-each-ref"), room.git("worktree", "list"), room.git("status", "--short")
    room.succeeds("make linux builds both refs", room.make("linux"), r"baseline: installed 6\.99\.0 ",
                  r"dev: installed 6\.99\.0-dev ")
    after = room.git("for-each-ref"), room.git("worktree", "list"), room.git("status", "--short")
    room.report.case("and leaves the repository they come from alone", [] if before == after else [str(after)])
    room.git("checkout", "-q", "topic")
    room.commit("two")
    room.succeeds("make linux-dev goes on with what it has", room.make("linux-dev"))
    room.report.case("a branch that moved is left where it was",
                     [] if Path(room.record("dev")["image"]).read_text() == "one" else ["it followed"])
    room.succeeds("make linux-clone follows the branch", room.make("linux-clone"))
    room.succeeds("make linux builds it", room.make("linux"))
    room.report.case("the development kernel is the new commit, the baseline the tag",
                     [str(found) for found in [[Path(room.record(n)["image"]).read_text() for n in ("baseline", "dev")]]
                      if found != ["one", "two"]])
    room.configure(*refs, "TARGET_LINUX_DEV_LOCALVERSION=")
    room.refuses("two kernels of one release are refused", room.kernel("install", "dev"), r"would both be 6\.99\.0",
                 r"TARGET_LINUX_DEV_LOCALVERSION")
    room.configure(*refs)
    clone = room.data / "linux"
    room.git("checkout", "-q", "-b", "mine", where=clone)
    (clone / "text").write_text("mine")
    room.git("commit", "-q", "-a", "-m", "mine", where=clone)
    room.refuses("a branch that somebody made in the clone is not left", room.kernel("clone", "baseline"), r"\bmine\b")
    room.git("checkout", "-q", "--detach", where=clone)
    children = [subprocess.Popen([BUILD / "nixos-kernel", "all"], cwd=room.tree, env=environment(), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    told = [(child.communicate()[0], child.returncode) for child in children]
    room.report.case("two at once both end well", [text for text, status in told if status])
    room.configure(*refs[:1], "BOOTLINUX_TREE_REF=nowhere")
    room.refuses("a ref that is not there is named", room.kernel("all"), r"nowhere", r"BOOTLINUX_TREE")
    room.refuses("so is a kernel the configuration does not have", room.kernel("all", "dev"), r'no kernel "dev"',
                 r"BASELINE_AND_DEV")


def records(room):
    room.configure(f"BOOTLINUX_TREE={room.linux}")
    record = room.record()
    words = [w for key in ("release", "image", "config", "modules") for w in ("--" + key, record[key])]
    (room.data / "dest/baseline.json").unlink()
    room.succeeds("a kernel built in another way can be recorded", room.kernel("record", "baseline", *words))
    room.report.case("and is what there is",
                     [k for k in ("release", "image", "config", "modules") if room.record()[k] != record[k]])
    words[1] = "6.1"
    room.refuses("but not without its modules", room.kernel("record", "baseline", *words), r"lib/modules/6\.1")
    (room.data / "dest/baseline.json").write_text('{"release": 6}')
    room.refuses("a broken record is named", room.kernel("check", "--record", "baseline"), r"baseline\.json", r"release")


def surface(room):
    made = room.make("defconfig-nixos+standin", f"LINUX_TREE={room.linux}", "LINUX_TREE_REF=v6.99")
    config = (room.tree / ".config").read_text()
    room.succeeds("LINUX_TREE and LINUX_TREE_REF choose what make linux builds", made)
    room.report.case("whatever the defconfig says", [line for line in (
        "CONFIG_BOOTLINUX=y", f'CONFIG_BOOTLINUX_TREE="{room.linux}"', 'CONFIG_BOOTLINUX_TREE_REF="v6.99"')
        if line not in config.splitlines()])
    room.refuses("restarting onto a new kernel needs guests without an image", room.make("nixos-rebuild-boot"),
                 r"NIXOS_BACKEND_IMAGELESS", r"make bringup")
    room.refuses("make gdb asks for a node", room.make("gdb"), r"VM=")
    room.make("defconfig-nixos+standin")
    room.refuses("make linux without a kernel to build says what to set", room.make("linux"), r"WORKFLOW_LINUX_CUSTOM")


def main():
    report = Report()
    room = Room(report)
    for part in (as_it_is, failures, two_refs, records, surface):
        part(room)
    report.finish()


if __name__ == "__main__":
    main()
