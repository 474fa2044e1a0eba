#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The user surface, as a user types it, in a fresh copy of the sources: configuration, fragments,
generation, O=, what is refused and how, and that clean leaves what a clone has."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from harness import Report, fresh_copy, make_environment, run, stubs

CHOICES = ("allnoconfig", "allyesconfig", "alldefconfig", "oldconfig", "olddefconfig", "listnewconfig",
           "savedefconfig")


class Make:
    def __init__(self, report):
        self.report = report
        self.tree = fresh_copy("make")
        self.beside = self.tree.parent / "make-beside"
        shutil.rmtree(self.beside, ignore_errors=True)
        self.home = self.beside / "home"
        self.home.mkdir(parents=True)
        self.config = self.tree / ".config"

    def __call__(self, *words, seconds=600, **changes):
        changes.setdefault("KDEVOPS_CONFIG_PATH", None)
        env = make_environment(self.tree, HOME=str(self.home), **changes)
        # ccache's own place does not move with the home directory.
        env.setdefault("CCACHE_DIR", str(Path.home() / ".cache/ccache"))
        return run(["make", *words], cwd=self.tree, env=env, timeout=seconds)

    def succeeds(self, name, done, *words):
        text = done.stdout + done.stderr
        missing = [f"does not say {w!r}" for w in words if not re.search(w, text)]
        return self.report.case(name, [f"exit {done.returncode}: {text[-3000:]}"] if done.returncode else missing)

    def refuses(self, name, done, *words):
        text = done.stdout + done.stderr
        problems = ["it succeeded"] if done.returncode == 0 else []
        problems += [f"does not say {w!r}: {text[-1500:]}" for w in words if not re.search(w, text)]
        return self.report.case(name, problems)

    def files(self, where=None):
        root = where or self.tree
        return {str(p.relative_to(root)): p.stat().st_mtime_ns for p in root.rglob("*")
                if p.is_file() and "build" not in p.relative_to(root).parts}

    def value(self, symbol):
        found = re.search(rf"^CONFIG_{symbol}=(.*)$", self.config.read_text(), re.M)
        return found and found[1]


def configuration(make):
    make.refuses("make without .config says how to get one", make(), r"menuconfig", r"defconfig-nixos")
    told = make("help").stdout
    make.report.case("help names the targets of every group",
                     [w for w in ("demo", "check", "menuconfig", "bringup", "destroy", "status", "O=dir", "HOSTS=")
                      if w not in told])
    if not make.succeeds("defconfig-nixos-demo", make("defconfig-nixos-demo")):
        return False
    make.report.case(".config holds no path of this machine",
                     [l for l in make.config.read_text().splitlines() if str(make.tree) in l or str(Path.home()) in l])
    whole = make.config.read_text()
    make("savedefconfig")
    saved = make.tree / "defconfig"
    if make.report.case("savedefconfig writes defconfig", [] if saved.exists() else ["it is not there"]):
        (make.tree / "defconfigs/nixos-saved").write_text(saved.read_text())
        make("defconfig-nixos-saved")
        symbols = lambda text: [l for l in text.splitlines() if "CONFIG_" in l]
        make.report.case("what savedefconfig wrote loads as the same .config",
                         [] if symbols(make.config.read_text()) == symbols(whole) else ["it differs"])
        (make.tree / "defconfigs/nixos-saved").unlink()
        saved.unlink(missing_ok=True)
    return True


def fragments(make):
    make.succeeds("defconfig-nixos-sysbench+ab", make("defconfig-nixos-sysbench+ab"))
    make.report.case("the fragment ab asks for dev nodes",
                     [] if make.value("KDEVOPS_BASELINE_AND_DEV") == "y" else ["it is not set"])
    first, second = make.beside / "first", make.home / ".config/kdevops/defconfigs/configs"
    for directory, size in ((second, 2048), (first, 3072)):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "mine.config").write_text(f"CONFIG_NIXOS_VM_MEMORY_MB={size}\n")
        made = make("defconfig-nixos-sysbench+mine", KDEVOPS_CONFIG_PATH=str(first))
        make.report.case(f"a fragment from {directory.name} counts",
                         [] if make.value("NIXOS_VM_MEMORY_MB") == str(size)
                         else [str(make.value("NIXOS_VM_MEMORY_MB")), made.stdout + made.stderr])
    (first / "lost.config").write_text("CONFIG_FSTESTS_XFS_SECTION_REFLINK_4K=y\n")
    before = make.config.read_text()
    make.refuses("a fragment's symbol that does not survive is an error with its reason",
                 make("defconfig-nixos-sysbench+lost", KDEVOPS_CONFIG_PATH=str(first)),
                 r"FSTESTS_XFS_SECTION_REFLINK_4K", r"lost\.config", r"FSTESTS")
    make.report.case("a refused defconfig leaves .config alone",
                     [] if make.config.read_text() == before else ["it was changed"])
    make.refuses("a defconfig that is not there is refused by name", make("defconfig-nixos-nothing"), r"nixos-nothing")
    make.refuses("a fragment that is not there is refused by name", make("defconfig-nixos+nothing"), r"nothing")


def generation(make):
    make("defconfig-nixos-demo")
    make.succeeds("make generates", make("-j4"))
    made = make.files()
    make.report.case("the generated files are there",
                     [f for f in ("hosts", "extra_vars.yaml", "ansible.cfg", "guestfs/kdevops_nodes.yaml",
                                  "nixos/generated/plan.json", "nixos/generated/vms.nix") if f not in made])
    began = time.monotonic()
    again = make()
    make.report.note(f"make with nothing to do: {(time.monotonic() - began) * 1000:.0f} ms")
    make.succeeds("make again succeeds", again)
    make.report.case("make again writes nothing", [f for f, t in make.files().items() if made.get(f) != t])
    make.report.case("make again runs nothing", [again.stdout] if again.stdout.strip() else [])
    os.utime(make.config)
    make()
    changed = [f for f, t in make.files().items() if made.get(f) != t and f != ".config"]
    make.report.case("a .config that was only touched changes no generated file", changed)
    (make.tree / "hosts").unlink()
    make()
    make.report.case("a generated file that went missing comes back",
                     [] if (make.tree / "hosts").exists() else ["it does not"])
    with make.config.open("a") as config:
        config.write("CONFIG_NIXOS_SSH_PORT=99999\n")
    make.refuses("a bad .config is refused with its line", make(), r"\.config:\d+")
    make("defconfig-nixos-demo")
    children = [subprocess.Popen(["make"], cwd=make.tree, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=make_environment(make.tree, HOME=str(make.home))) for _ in range(3)]
    told = [c.communicate(timeout=300)[0] for c in children]
    make.report.case("three makes at once", [t for t, c in zip(told, children) if c.returncode])
    os.utime(make.config)
    make.succeeds("V=1 shows the commands", make("V=1"), r"nixos-gen ")


def targets(make):
    make.refuses("a workflow that is not enabled says so", make("fstests"), r"fstests is not enabled")
    make.refuses("HOSTS with an unknown node names it", make("sysbench", "HOSTS=no-such-node"), r"no-such-node")
    make.refuses("ssh without a node asks for one", make("ssh"), r"VM=")
    make.refuses("a target that does not exist is refused", make("nosuchtarget"), r"nosuchtarget")
    make("defconfig-nixos-xfs")
    make.refuses("a workflow's nodes have to be up", make("fstests", "HOSTS=kdevops-xfs-crc"), r"kdevops-xfs-crc.*UNREACHABLE|UNREACHABLE.*kdevops-xfs-crc")
    for target in CHOICES:
        make.succeeds(target, make(target))
    make("defconfig-nixos-demo")


def collecting_only(make):
    path = stubs(make.beside / "bin", {"ansible-playbook": 'echo "$*" >>"$CALLS"'})
    calls = make.beside / "calls"
    make("defconfig-nixos-ltp")
    make("ltp-baseline", "SKIP_RUN=1", PATH=path, CALLS=str(calls))
    told = calls.read_text().splitlines() if calls.exists() else []
    collects = len(told) == 1 and "--tags vars,copy_results" in told[0] and "run_tests" not in told[0]
    make.report.case("SKIP_RUN=1 starts no run and collects", [] if collects else told or ["no playbook ran"])
    make("defconfig-nixos-demo")


def other_tree(make):
    before = make.files()
    other = make.beside / "other"
    make.succeeds("O= configures another tree", make(f"O={other}", "defconfig-nixos-xfs"))
    make.succeeds("O= generates there", make(f"O={other}"))
    here = make.files()
    make.report.case("O= leaves the sources' own tree alone",
                     sorted(set(here) ^ set(before)) + [f for f in before if here.get(f) != before[f]])
    plan = (other / "nixos/generated/plan.json").read_text() if (other / "nixos/generated").exists() else ""
    make.report.case("O= has an identity of its own, and the sources of this one",
                     [] if f'"tree": "{other}"' in plan and f'"topdir": "{make.tree}"' in plan else [plan[:400]])
    make.succeeds("make works from within the other tree", run(
        ["make", "diff-generated"], cwd=other, env=make_environment(make.tree, HOME=str(make.home))))


def cleaning(make, pristine):
    make("defconfig-nixos-demo")
    make()
    make.succeeds("mrproper", make("mrproper"))
    left = set(str(p.relative_to(make.tree)) for p in make.tree.rglob("*") if p.is_file())
    make.report.case("mrproper leaves what a clone has",
                     [f"left: {f}" for f in sorted(left - pristine)] + [f"gone: {f}" for f in sorted(pristine - left)])


def main():
    report = Report()
    make = Make(report)
    pristine = set(str(p.relative_to(make.tree)) for p in make.tree.rglob("*") if p.is_file())
    if configuration(make):
        fragments(make)
        generation(make)
        targets(make)
        collecting_only(make)
        other_tree(make)
        cleaning(make, pristine)
    report.finish()


main()
