# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs pynfs and keeps every result from the moment a test ends.

suite.py list              the planned tests, as v4.0/CODE
suite.py run FILE          the tests that FILE names
suite.py one VERSION FILE  the same for one version, inside pynfs's own interpreter

testserver.py writes its JSON at the very end; a crash would take it all. So `one` runs testserver.py
with testmod's Test.run wrapped: each test is named on the kernel log before it starts, and its result
is on disk before the next one does. <kernel>-<version>.json is made of these, in the suite's format.
"""

import datetime
import json
import os
import platform
import runpy
import signal
import subprocess
import sys
import traceback
from pathlib import Path

HERE = Path.cwd()
PYNFS = Path(os.environ["PYNFS"])


class Version:
    """A server of the suite, the export it is pointed at, and what it shall run."""

    def __init__(self, name, folder, export, flags):
        self.name = name
        self.server = PYNFS / folder / "testserver.py"
        self.export = os.environ["PYNFS_EXPORT"] + export
        self.flags = flags.split()
        self.results = HERE / f"results-{name}"      # one JSON object per finished test
        self.recorded = HERE / f"recorded-{name}"    # the names of these
        self.current = HERE / f"current-{name}"      # the test in flight
        self.report = HERE / f"{platform.release()}-{name}.json"

    def interpreter(self):
        """What the kernel would start testserver.py with."""
        with open(self.server, encoding="utf-8") as text:
            first = text.readline()
        return first[2:].split() if first.startswith("#!") else [sys.executable]

    def known(self):
        """code -> flags, of all tests there are."""
        told = subprocess.run([*self.interpreter(), str(self.server), "--showcodesflags"], check=True,
                              cwd=self.server.parent, stdout=subprocess.PIPE, text=True).stdout
        lines = [line.split(" FLAGS: ") for line in told.splitlines() if " FLAGS: " in line]
        return {code.strip(): flags.replace(",", " ").split() for code, flags in lines}

    def finished(self):
        lines = self.results.read_text().splitlines() if self.results.exists() else []
        # The last line may be half a line: the node crashed while it was written.
        return [json.loads(line) for line in lines if line.endswith("}")]


def versions():
    every = [Version("v4.0", "nfs4.0", "-4.0", os.environ.get("PYNFS_FLAGS_4_0", "")),
             Version("v4.1", "nfs4.1", "-4.1", os.environ.get("PYNFS_FLAGS_4_1", "")),
             Version("vblock", "nfs4.1", "-pnfs", os.environ.get("PYNFS_FLAGS_block", ""))]
    return [v for v in every if v.flags]


def select(known, words):
    """The codes that flags and codes ask for, as testserver.py reads its command line."""
    chosen = {}
    for word in words:
        wanted = not word.lower().startswith("no")
        name = word if wanted else word[2:]
        if name not in known and not any(name in flags for flags in known.values()):
            raise SystemExit(f"pynfs: {name} is neither a flag nor a code")
        for code, flags in known.items():
            if code == name or name in flags:
                chosen[code] = wanted
    return [code for code in known if chosen.get(code)]


def listed():
    asked = os.environ.get("PYNFS_TESTS", "").split()
    known = {v: v.known() for v in versions()}
    for word in asked:
        version, _, name = word.rpartition("/")
        if not any(name in codes or any(name in flags for flags in codes.values())
                   for v, codes in known.items() if version in ("", v.name)):
            raise SystemExit(f"TESTS: pynfs knows no {word}")
    for v, codes in known.items():
        words = v.flags
        if asked:
            names = [w.rpartition("/") for w in asked]
            words = [name for version, _, name in names if version in ("", v.name)
                     and (name in codes or any(name in flags for flags in codes.values()))]
        for code in select(codes, words):
            yield f"{v.name}/{code}"


def planned(v, file):
    names = [line.partition("/") for line in Path(file).read_text().splitlines()]
    return [code for version, _, code in names if version == v.name]


def announce(test):
    with open("/dev/kmsg", "w", encoding="utf-8") as kmsg:
        kmsg.write(f"run pynfs {test} at {datetime.datetime.now():%F %T}\n")


def keep(path, line):
    with open(path, "a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())


def report(v):
    """The suite's JSON, of everything that has finished; replaced in one step. After every test: when the
    last one crashes the node, nothing of the suite runs behind it."""
    cases = v.finished()
    text = json.dumps({
        "name": "all", "errors": 0, "timestamp": str(datetime.datetime.now()), "tests": len(cases),
        "failures": sum("failure" in c for c in cases), "skipped": sum("skipped" in c for c in cases),
        "time": sum(float(c["time"]) for c in cases), "testcase": cases}, indent=4, sort_keys=True)
    new = v.report.with_suffix(".new")
    new.unlink(missing_ok=True)
    keep(new, text)
    new.replace(v.report)


def one(v, file):
    codes = planned(v, file)
    everything = codes == planned(v, HERE / "tests") and not os.environ.get("PYNFS_TESTS")
    # A selection, or the rest behind a crash, has lost its dependencies.
    words = v.flags if everything else ["--force", *codes]
    sys.argv = [str(v.server), v.export, "--maketree", "--uid=0", "--gid=0", "--showomit", *words]
    os.chdir(v.server.parent)
    sys.path[0] = str(v.server.parent)
    if (v.server.parent / "lib").is_dir():
        sys.path.insert(1, str(v.server.parent / "lib"))
    else:
        __import__("use_local")
    testmod = __import__("testmod")
    plain_run = testmod.Test.run
    plain_runtests = testmod.runtests
    done = {case["code"] for case in v.finished()}
    failed = []

    def record(test, **outcome):
        if test.code not in codes or test.code in done:
            return
        done.add(test.code)
        keep(v.results, json.dumps({"code": test.code, "name": test.name, "classname": test.suite,
                                    "time": str(test.time_taken), **outcome}))
        report(v)
        keep(v.recorded, f"{v.name}/{test.code}")

    def run(test, *arguments, **options):
        announce(f"{v.name}/{test.code}")
        v.current.write_text(test.code)
        plain_run(test, *arguments, **options)
        if test.result == testmod.TEST_FAIL:
            failed.append(test.code)
            record(test, failure={"message": test.result.msg, "err": "".join(test.result.tb)})
        elif test.result == testmod.TEST_NOTSUP:
            # To pynfs a warning; but the server was asked for nothing that it has.
            record(test, skipped={"message": test.result.msg})
        else:
            record(test)
        print(repr(test))

    def runtests(tests, *arguments, **options):
        plain_runtests(tests, *arguments, **options)
        # Asked for, and not run: a dependency failed, or the minor version is not the test's.
        for test in tests:
            record(test, skipped={"message": test.result.msg})

    testmod.Test.run = run
    testmod.runtests = runtests
    try:
        runpy.run_path(str(v.server), run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0, 2):
            raise
    except Exception:
        traceback.print_exc()
        raise SystemExit(1) from None
    raise SystemExit(2 if failed else 0)


def run_all(file):
    mine = [v for v in versions() if planned(v, file)]
    # After a crash one at a time: the test that crashes the node shall be the one that was named last.
    together = os.environ.get("PYNFS_PARALLEL") == "yes" and not Path("crashed").exists()
    running = {}
    status = 0

    def stop(*_):
        for pid in running:
            os.kill(pid, signal.SIGTERM)
        raise SystemExit(130)

    signal.signal(signal.SIGTERM, stop)
    for v in mine:
        print(f"pynfs {v.name}: {len(planned(v, file))} tests against {v.export}", flush=True)
        words = [*v.interpreter(), __file__, "one", v.name, file]
        running[os.posix_spawnp(words[0], words, os.environ)] = v
        while running and (not together or v is mine[-1]):
            pid, how = os.wait()
            ended = running.pop(pid)
            status = max(status, abs(os.waitstatus_to_exitcode(how)))
            ended.current.unlink(missing_ok=True)
            # The watchdog looks at the test that was named last.
            for other in running.values():
                if other.current.exists():
                    announce(f"{other.name}/{other.current.read_text()}")
    # Failures before a crash count, too.
    if any("failure" in case for v in versions() for case in v.finished()):
        status = max(status, 2)
    raise SystemExit(status)


if sys.argv[1] == "list":
    print("\n".join(listed()))
elif sys.argv[1] == "run":
    run_all(sys.argv[2])
elif sys.argv[1] == "one":
    one(next(v for v in versions() if v.name == sys.argv[2]), str(HERE / sys.argv[3]))
