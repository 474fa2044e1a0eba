#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Closure requests: what they render is in tests/closure, byte for byte; bad ones are refused with the
field named; the published schema is the tool's and agrees with it; what is rendered locks and
evaluates against the stand-in for nixpkgs.

closure.py            compare
closure.py --accept   make what is rendered now the golden files
"""

import difflib
import json
import shutil
import sys
import tempfile
from pathlib import Path

from harness import BUILD, FIXED_TREE, TOPDIR, Report, environment, run

CLOSURE = TOPDIR / "tests/closure"
LIBRARY = TOPDIR / "nixos/flake"
FILES = ["flake.nix", "default.nix"]

# Requests (as text), where the tool says the mistake is, words of what it says, and whether a schema
# can say so as well.
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG5vYm9keQ"
BAD = [
    ("", None, "is no JSON", True),
    ('{"vm_name": "a"', None, "is no JSON", True),
    ("[]", "", "is no object", True),
    ('{"vmname": "a"}', "/vmname", "there are: vm_name", True),
    ('{"vm_name": 1}', "/vm_name", "is no string", True),
    ('{"vm_name": ""}', "/vm_name", "is no host name", True),
    ('{"vm_name": "a.b"}', "/vm_name", "is no host name", True),
    ('{"vm_name": "../a"}', "/vm_name", "is no host name", True),
    ('{"vm_name": "a-"}', "/vm_name", "is no host name", True),
    (json.dumps({"vm_name": "a" * 64}), "/vm_name", "is no host name", True),
    ('{"platform": "riscv64-linux"}', "/platform", "x86_64-linux aarch64-linux", True),
    ('{"profiles": "devel"}', "/profiles", "is no array", True),
    ('{"profiles": ["devel", "develop"]}', "/profiles/1", "devel build-tools monitoring controller", True),
    ('{"profiles": ["devel", "devel"]}', "/profiles/1", "twice", True),
    ('{"profiles": [null]}', "/profiles/0", "is no string", True),
    ('{"test_suites": ["xfstests"]}', "/test_suites/0", "fstests blktests", True),
    ('{"shares": ["/mnt"]}', "/shares", "is no object", True),
    ('{"shares": {"mnt": {"tag": "a"}}}', "/shares/mnt", "is no mount point", True),
    ('{"shares": {"/a/../b": {"tag": "a"}}}', "/shares/~1a~1..~1b", "is no mount point", True),
    ('{"shares": {"/": {"tag": "a"}}}', "/shares/~1", "is no mount point", True),
    ('{"shares": {"/nix": {"tag": "a"}}}', "/shares/~1nix", "/nix/store", False),
    ('{"shares": {"/lib/modules/x": {"tag": "a"}}}', "/shares/~1lib~1modules~1x", "/lib/modules", False),
    ('{"shares": {"/a": {}}}', "/shares/~1a", "needs a \"tag\"", True),
    ('{"shares": {"/a": {"tag": "a b"}}}', "/shares/~1a/tag", "is no tag", True),
    ('{"shares": {"/a": {"tag": "store"}}}', "/shares/~1a", "boots the guest", True),
    ('{"shares": {"/a": {"tag": "t"}, "/b": {"tag": "t"}}}', "/shares/~1b", "same tag", False),
    ('{"shares": {"/a": {"tag": "t", "options": ["ro,rw"]}}}', "/shares/~1a/options/0", "is no mount option", True),
    ('{"shares": {"/a": {"tag": "t", "ro": true}}}', "/shares/~1a/ro", "tag options", True),
    ('{"overrides": {"fio": "/a"}}', "/overrides", "is no array", True),
    ('{"overrides": [{"pkg": "jq", "src": "/a"}]}', "/overrides/0/pkg", "extra_overrides", True),
    ('{"overrides": [{"pkg": "fio"}]}', "/overrides/0", "needs a \"src\"", True),
    ('{"overrides": [{"src": "/a"}]}', "/overrides/0", "needs a \"pkg\"", True),
    ('{"overrides": [{"pkg": "fio", "src": "~/fio"}]}', "/overrides/0/src", "nothing expands ~", True),
    ('{"overrides": [{"pkg": "fio", "src": "path:~/fio"}]}', "/overrides/0/src", "nothing expands ~", True),
    ('{"overrides": [{"pkg": "fio", "src": "fio"}]}', "/overrides/0/src", "is no source", True),
    ('{"overrides": [{"pkg": "fio", "src": "/a", "ref": "-x"}]}', "/overrides/0/ref", "is no branch", True),
    ('{"overrides": [{"pkg": "fio", "src": "/a"}, {"pkg": "fio", "src": "/b"}]}', "/overrides/1", "twice", False),
    ('{"overrides": [{"pkg": "fio", "src": "/a"}], "extra_overrides": [{"pkg": "fio", "src": "/b"}]}',
     "/extra_overrides/0", "twice", False),
    ('{"extra_overrides": [{"pkg": "python3Packages.ply", "src": "/a"}]}', "/extra_overrides/0/pkg",
     "is no package name", True),
    (json.dumps({"ssh_keys": KEY}), "/ssh_keys", "is no array", True),
    (json.dumps({"ssh_keys": [KEY, ""]}), "/ssh_keys/1", "is no public SSH key", True),
    (json.dumps({"ssh_keys": [KEY + " a\n" + KEY]}), "/ssh_keys/0", "is no public SSH key", True),
    ('{"ssh_keys": ["-----BEGIN OPENSSH PRIVATE KEY-----"]}', "/ssh_keys/0", "is no public SSH key", True),
    ('{"user_name": "Alice"}', "/user_name", "is no user name", True),
    ('{"user_name": "root"}', "/user_name", "root is there already", True),
    ('{"home": "~"}', "/home", "is no mount point", True),
    ('{"home": "/nix/store"}', "/home", "/nix/store", False),
    ('{"home": true, "shares": {"/a": {"tag": "home"}}}', "/home", "same tag", False),
    ('{"update_lock": "yes"}', "/update_lock", "neither true nor false", True),
]


def build(*words, **options):
    options.setdefault("env", environment())
    return run([BUILD / "nixos-build", *words], **options)


def render(request, directory):
    """(the finished process, {file: text with the library where the golden files have it})"""
    done = build("closure", "--request", request, "--step", "render", "--directory", directory,
                 "--topdir", TOPDIR, cwd="/")
    if done.returncode != 0:
        return done, {}
    made = Path(json.loads(done.stdout)["config_dir"])
    return done, {name: (made / name).read_text().replace(str(LIBRARY), FIXED_TREE + "/nixos/flake")
                  for name in FILES}


def golden(report, scratch, accept):
    requests = sorted((CLOSURE / "requests").glob("*.json"))
    for request in requests:
        name = request.stem
        done, texts = render(request, scratch / "golden")
        want = CLOSURE / "rendered" / name
        if accept and texts:
            shutil.rmtree(want, ignore_errors=True)
            want.mkdir(parents=True)
            for file, text in texts.items():
                (want / file).write_text(text)
        problems = [done.stderr] if done.returncode else []
        for file, text in texts.items():
            expected = (want / file).read_text() if (want / file).exists() else ""
            problems += ["\n".join(difflib.unified_diff(expected.splitlines(), text.splitlines(), f"golden/{file}",
                                                        f"rendered/{file}", n=1, lineterm=""))] * (expected != text)
            shown = text.replace(FIXED_TREE + "/nixos/flake", str(LIBRARY))
            if shown not in done.stderr:
                problems.append(f"{file} is not printed")
        report.case(f"{name} renders as in tests/closure/rendered", problems)
    stale = {p.name for p in (CLOSURE / "rendered").iterdir()} ^ {r.stem for r in requests}
    report.case("every request has its rendering, and no rendering is without a request", stale)
    everything, nulls = (render(CLOSURE / f"requests/{name}.json", scratch / "golden")[1]
                         for name in ("everything", "nulls"))
    report.case("null is as if the field were not given", [] if everything == nulls else ["they differ"])


def refused(report, scratch):
    request = scratch / "bad.json"
    for text, pointer, words, _ in BAD:
        request.write_text(text)
        done = build("closure", "--request", request, "--step", "render", "--directory", scratch / "bad",
                     "--topdir", TOPDIR)
        where = f"{request}: " if pointer is None else f"{request}#{pointer}: "
        problems = []
        if done.returncode != 3:
            problems.append(f"exit status {done.returncode}")
        if f"nixos-build: {where}" not in done.stderr or words not in done.stderr:
            problems.append(f"expected {where}... {words}, got: {done.stderr}")
        if done.stdout or (scratch / "bad").exists():
            problems.append("something was made of it")
        report.case(f"refused: {text[:70]}", problems)


def schema(report):
    published = (TOPDIR / "docs/closure-request.schema.json").read_text()
    printed = build("schema").stdout
    report.case("docs/closure-request.schema.json is what nixos-build schema prints",
                [] if published == printed else ["nixos-build schema > docs/closure-request.schema.json"])
    try:
        import jsonschema
    except ImportError:
        report.note("no python3-jsonschema here: the schema is not tried on the requests")
        return
    document = json.loads(published)
    jsonschema.Draft202012Validator.check_schema(document)
    validator = jsonschema.Draft202012Validator(document)
    wrong = [f"{r.name}: {e.message}" for r in sorted((CLOSURE / "requests").glob("*.json"))
             for e in validator.iter_errors(json.loads(r.read_text()))]
    report.case("the schema accepts every good request", wrong)
    wrong = []
    for text, _, words, by_schema in BAD:
        if words != "is no JSON" and validator.is_valid(json.loads(text)) == by_schema:
            wrong.append(f"{'accepted' if by_schema else 'refused'}: {text}")
    report.case("the schema refuses what a schema can refuse, and no more", wrong)


def evaluates(report, scratch):
    """Lock and evaluate for real, in a store of its own."""
    if not shutil.which("nix"):
        report.note("no nix here: nothing is evaluated")
        return
    nix = environment(NIX_STORE_DIR=str(scratch / "store"), NIX_STATE_DIR=str(scratch / "state"),
                      NIX_LOG_DIR=str(scratch / "log"), NIX_REMOTE="", XDG_CACHE_HOME=str(scratch / "cache"),
                      NIX_CONFIG="experimental-features = nix-command flakes\nbuild-users-group =\n")
    where = ["--directory", scratch / "closures", "--topdir", TOPDIR, "--nixpkgs", "path:nixos/standin"]
    source = scratch / "source"
    source.mkdir()
    (source / "README").write_text("one\n")
    own = {"vm_name": "own", "profiles": [], "test_suites": [], "shares": {"/mnt/v1.2": {"tag": "a"}},
           "overrides": [{"pkg": "fio", "src": str(source)}], "home": True}
    (scratch / "own.json").write_text(json.dumps(own))

    def closure(request, *words):
        return build("closure", "--request", request, *where, *words, env=nix, timeout=300)

    def value(name, attribute):
        return run(["nix", "eval", "--raw", f"path:{scratch}/closures/{name}#{attribute}"], env=nix, timeout=300)

    own_request = scratch / "own.json"
    early = closure(own_request, "--step", "lock")
    report.case("the step lock says that nothing has been rendered",
                [] if early.returncode == 2 and "rendered" in early.stderr else [early.stderr])
    for request, name in ((CLOSURE / "requests/everything.json", "nixos"), (own_request, "own")):
        problems = []
        for step in ("render", "lock"):
            done = closure(request, "--step", step)
            problems += [done.stderr] if done.returncode else []
        drv = value(name, "packages.x86_64-linux.toplevel.drvPath")
        if f"-nixos-system-{name}-" not in drv.stdout:
            problems.append(drv.stderr)
        report.case(f"{request.stem} renders, locks and evaluates to a system", problems)
    for attribute, want in (("pkgs.fio.version", "kdevops-local"),
                            ("config.users.users.root.home", "/home/kdevops"),
                            ('config.fileSystems."/mnt/v1.2".device', "a")):
        got = value("own", "nixosConfigurations.vm." + attribute)
        report.case(f"own: {attribute} is {want}", [] if got.stdout == want else [got.stdout + got.stderr])
    lock = scratch / "closures/own/flake.lock"
    locked = json.loads(lock.read_text())["nodes"]
    (source / "README").write_text("two\n")
    closure(own_request, "--step", "lock")
    relocked = json.loads(lock.read_text())["nodes"]
    report.case("a local source is locked anew, the library is not",
                [] if locked["fio-src"] != relocked["fio-src"] and locked["nixos-flake"] == relocked["nixos-flake"]
                else [lock.read_text()])


def main():
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-closure-") as scratch:
        scratch = Path(scratch)
        golden(report, scratch, "--accept" in sys.argv)
        refused(report, scratch)
        schema(report)
        evaluates(report, scratch)
    report.finish()


main()
