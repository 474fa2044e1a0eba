# SPDX-License-Identifier: GPL-2.0-or-later
"""What the suites share: where things are, how results are told, how trees are made.

A suite prints "ok NAME" or "not ok NAME" per case, "# ..." for what a reader of the log wants to
know, and exits 1 when a case failed. scripts/check counts those lines.
"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

TOPDIR = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KDEVOPS_BUILD", TOPDIR / "build")).resolve()
# The identity that generated files carry in tests: neither exists.
FIXED_TREE = "/srv/kdevops"


if not os.access(BUILD / "nixos-gen", os.X_OK):
    sys.exit(f"{BUILD} has no nixos-gen: run 'make tools', or set KDEVOPS_BUILD")


# scripts/check ends a suite that takes too long this way; what is to be cleaned up, is.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def case(self, name, problems=()):
        """One case; `problems` are the reasons why it failed, none when it passed."""
        problems = list(problems)
        print("not ok" if problems else "ok", name, flush=True)
        for problem in problems[:20]:
            for line in str(problem).splitlines()[:60]:
                print("#    " + line[:400])
        if problems:
            self.failed += 1
        else:
            self.passed += 1
        return not problems

    def note(self, text):
        print("# " + text, flush=True)

    def finish(self):
        if self.passed + self.failed == 0:
            print("not ok the suite ran no case")
            self.failed = 1
        sys.exit(1 if self.failed else 0)


def run(argv, timeout=120, **options):
    """Runs to the end with captured text output. A timeout is a failed run, not an exception, and
    takes everything with it that the program started."""
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "text": True, "errors": "surrogateescape", **options}
    argv = [str(a) for a in argv]
    with subprocess.Popen(argv, start_new_session=True, **options) as child:
        try:
            out, err = child.communicate(timeout=timeout)
            return subprocess.CompletedProcess(argv, child.returncode, out, err)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            return subprocess.CompletedProcess(argv, 124, out, f"{err or ''}still running after {timeout} s")
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise


def environment(**changes):
    """The environment without what a user or a surrounding make may have set for kdevops."""
    keep = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LD_LIBRARY_PATH", "TERM", "SHELL",
            "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "http_proxy", "https_proxy", "no_proxy"}
    kept = {k: v for k, v in os.environ.items() if k in keep or k.startswith("CCACHE_")}
    return {**kept, "LC_ALL": "C.UTF-8", **{k: v for k, v in changes.items() if v is not None}}


def defconfigs():
    return sorted(p.name for p in (TOPDIR / "defconfigs").iterdir() if p.name.startswith("nixos"))


class ConfigRoom:
    """A directory in which Kconfig is read, as make does it for a tree of its own."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        made = run(["make", "-C", TOPDIR, f"O={self.directory}", "build/Kconfig.workflows",
                    "build/Kconfig.dedicated", "build/Kconfig.watchdog"], env=environment())
        if made.returncode != 0:
            raise RuntimeError("make cannot prepare Kconfig:\n" + made.stdout + made.stderr)

    def _env(self, **changes):
        return environment(srctree=str(TOPDIR), **changes)

    def defconfig(self, name, output, *settings):
        sets = [word for setting in settings for word in ("--set", setting)]
        made = run([BUILD / "nixos-defconfig", "--topdir", TOPDIR, "--kconfig", "Kconfig", *sets,
                    "--output", output, name], cwd=self.directory, env=self._env())
        if made.returncode != 0:
            raise RuntimeError(f"nixos-defconfig {name}:\n{made.stdout}{made.stderr}")
        return Path(output)

    def randconfig(self, seed, output, preset=None):
        """`preset`: a file of symbols to keep; everything else is random, by the seed alone."""
        made = run(["kconfig-conf", "--randconfig", "Kconfig"], cwd=self.directory,
                   env=self._env(KCONFIG_SEED=str(seed), KCONFIG_CONFIG=str(output),
                                 KCONFIG_ALLCONFIG=preset and str(preset)))
        if made.returncode != 0 or not Path(output).exists():
            raise RuntimeError(f"randconfig, seed {seed}:\n{made.stdout}{made.stderr}")
        return Path(output)


def generate(config, output, topdir=FIXED_TREE, tree=FIXED_TREE, **options):
    """nixos-gen into `output`; the result is the finished process."""
    options.setdefault("env", environment())
    return run([BUILD / "nixos-gen", "--config", config, "--topdir", topdir, "--tree", tree,
                "--sources", TOPDIR, "--output", output], **options)


def fresh_copy(name, keep_build=False, destroy=True):
    """The sources as a clone has them (with what is not committed yet), below the build directory:
    a tree of its own. What an earlier copy left there goes, with `keep_build` all but its tools;
    without `destroy` its guests and all else that is no source stay."""
    copy = BUILD / "check" / name
    if copy.exists() and destroy:
        run(["make", "-C", copy, "destroy"], timeout=300, env=environment())
        for path in copy.iterdir():
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            elif not keep_build or path.name != "build":
                shutil.rmtree(path)
    copy.mkdir(parents=True, exist_ok=True)
    listed = run(["git", "-C", TOPDIR, "ls-files", "-co", "--exclude-standard", "-z"])
    if listed.returncode != 0:
        raise RuntimeError(f"{TOPDIR} is no git checkout: {listed.stderr}")
    for path in filter(None, listed.stdout.split("\0")):
        source = TOPDIR / path
        if source.is_file() or source.is_symlink():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            if (copy / path).is_symlink():
                (copy / path).unlink()
            shutil.copy2(source, copy / path, follow_symlinks=False)
    return copy


def stubs(directory, programs):
    """Shell programs of these names and texts; the PATH that has them first."""
    directory.mkdir()
    for name, text in programs.items():
        (directory / name).write_text(f"#!/bin/sh\n{text}\n")
        (directory / name).chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


def give_tools(copy):
    """This build's tools as the copy's own, so that make there builds none."""
    build = copy / "build"
    build.mkdir(exist_ok=True)
    for tool in BUILD.glob("nixos-*"):
        if tool.is_file():
            shutil.copy2(tool, build)
    (build / "site.mk").write_text(f"built_site := {copy} {copy}\n")
    for stamp in ("build.ninja", ".defconfig-tool", ".generator", ".tools"):
        (build / stamp).touch()


def make_environment(copy, **changes):
    """For make in a fresh copy. Compilations are taken from ccache, whatever directory made them."""
    return environment(CCACHE_BASEDIR=str(copy), CCACHE_NOHASHDIR="true", **changes)
