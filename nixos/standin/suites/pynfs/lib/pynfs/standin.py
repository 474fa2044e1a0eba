# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stand-in for testserver.py does: the real one's command line, mounting instead of its own RPC."""

import os
import pickle
import subprocess
import sys
from optparse import OptionParser
from pathlib import Path

import server_tests
import testmod


def scan_options(minor):
    p = OptionParser("%prog SERVER:/PATH [options] flags|testcodes\n       %prog SHOWOPTION", version="%prog 0.2 (stand-in)")
    for name in ("showflags", "showcodes", "showcodesflags", "noinit", "nocleanup", "debug_fail", "force", "rundeps",
                 "showtraffic", "maketree", "secure"):
        p.add_option(f"--{name}", action="store_true", default=False)
    for kind, default in {"pass": True, "warn": True, "fail": True, "omit": False}.items():
        p.add_option(f"--show{kind}", action="store_true", default=default)
        p.add_option(f"--hide{kind}", action="store_false", dest=f"show{kind}")
    p.add_option("-v", "--verbose", action="store_true", default=False)
    p.add_option("--outfile", "--out", metavar="FILE")
    p.add_option("--jsonout", "--json", metavar="FILE")
    p.add_option("--minorversion", type="int", default=minor)
    p.add_option("--security", default="sys")
    p.add_option("--uid", type="int", default=os.getuid())
    p.add_option("--gid", type="int", default=os.getgid())
    p.add_option("--machinename", default=os.uname().nodename)
    opt, args = p.parse_args()
    return p, opt, args


def wanted(test, options):
    run = False
    if test.versions[0] <= options.minorversion <= test.versions[1]:
        for name, include in options.args:
            if name == test.code or name in test.flags:
                run = include
    return run


class Environment:
    """The export, mounted, with a directory for the tests in it."""

    def __init__(self, opt, server, path):
        self.opt, self.source, self.export = opt, f"{server}:{path}", Path(path)
        self.mount = Path(f"/run/pynfs-standin-4.{opt.minorversion}")
        self.tmp = self.mount / "tmp"            # as the client sees it
        self.server_tmp = self.export / "tmp"    # as the server does, which is this machine

    def init(self):
        self.mount.mkdir(exist_ok=True)
        if os.path.ismount(self.mount):
            subprocess.run(["umount", self.mount], check=True)
        # No caching that would hide from a test what the server says.
        subprocess.run(["mount", "-t", "nfs", "-o", f"vers=4.{self.opt.minorversion},hard,noac,lookupcache=none",
                        self.source, self.mount], check=True)
        if self.opt.maketree:
            tree = self.mount / "tree"
            for directory in (self.tmp, tree, tree / "dir"):
                directory.mkdir(exist_ok=True)
            (tree / "file").write_bytes(b"This is the file test data.")
        self.clean()

    def clean(self):
        subprocess.run(["rm", "-rf", "--", *self.tmp.iterdir()], check=True)

    def start(self, test):
        """Before each test: its own empty directory."""
        self.here = self.tmp / test.code
        self.there = self.server_tmp / test.code
        self.here.mkdir()

    def finish(self):
        if not self.opt.nocleanup:
            self.clean()
        subprocess.run(["umount", self.mount], check=True)


def main(minor):
    p, opt, args = scan_options(minor)
    tests = sorted((testmod.Test(function) for function in server_tests.of_version(minor)), key=lambda t: t.code)
    flags = {flag for test in tests for flag in test.flags}
    codes = {test.code: test for test in tests}
    if opt.showflags:
        print("\n".join(sorted(flags)))
    if opt.showcodes:
        print("\n".join(codes))
    if opt.showcodesflags:
        for code, test in codes.items():
            print(code, "FLAGS:", ", ".join(test.flags))
    if opt.showflags or opt.showcodes or opt.showcodesflags:
        sys.exit(0)
    if not args:
        p.error("Need a server")
    server, _, path = args.pop(0).partition(":")
    if not path.startswith("/"):
        p.error(f"{server}:{path} not a valid server name")
    if not args:
        p.error("No tests given")
    opt.args = []
    for word in args:
        include = not word.lower().startswith("no")
        name = word if include else word[2:]
        if name not in flags and name not in codes:
            p.error(f"Unknown code or flag: {name}")
        opt.args.append((name, include))
    print(f"pynfs stand-in: NFSv4.{opt.minorversion}, {server}:{path}", flush=True)

    environment = Environment(opt, server, path)
    try:
        environment.init()
    except Exception as error:
        print("Initialization failed, no tests run.")
        print(error)
        sys.exit(1)
    try:
        testmod.runtests(tests, opt, environment, wanted)
    finally:
        if opt.outfile:
            with open(opt.outfile, "wb") as out:
                pickle.dump([(test.code, str(test.result)) for test in tests], out, 0)
    try:
        environment.finish()
    except Exception as error:
        print(f"\nWARNING: could not clean testdir due to:\n{error}\n")
    failed = testmod.printresults(tests, opt)
    if opt.jsonout:
        testmod.json_printresults(tests, opt.jsonout)
    # As there: the older server tells of failures by its status.
    sys.exit(2 if failed and minor == 0 else 0)
