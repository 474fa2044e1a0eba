# SPDX-License-Identifier: GPL-2.0-or-later
"""Results directories to make reports of: fstests with everything that can go wrong, and names that
try to be markup."""

import json
import random
import re
import shutil
from pathlib import Path
from xml.sax.saxutils import quoteattr

SECTIONS = ("xfs_crc", "xfs_reflink", "xfs_nocrc_512")
HOSTILE = ("<script>alert(1)</script>", "</td></table></main><img src=http://127.0.0.1:9/x onerror=alert(1)>",
           "\"' onmouseover=alert(1) x=\"", "&lt;b&gt; &#x3c;i&#x3e;", "\u202egpj.exe", "A" * 10240,
           "]]>--><style>*{display:none}</style>", "tab\tand \x1b[31mred", "{{7*7}} ${x} %s \\u003c")


def _run_json(directory, **record):
    record = {"exit_status": 1, "failure": "", "settings": {}, **record}
    (directory / "run.json").write_text(json.dumps(record, indent=1))


def _fstests_case(number, group, node_number, run_number):
    """(verdict, seconds, message) of one test: the same for the same arguments."""
    rng = random.Random(f"{group}{number}{node_number}{run_number}")
    seconds = int(rng.expovariate(1 / 9))
    if number % 13 == 5:
        return "skipped", 0, "this test requires a valid $LOGWRITES_DEV"
    if (group, number) == ("generic", 75) or ((group, number) == ("generic", 68) and run_number % 3 != 1):
        return "failed", seconds, f"- output mismatch (see {group}/{number:03}.out.bad)"
    return "passed", seconds, ""


def _fstests_node(directory, section, node_number, run_number, counts):
    name = f"kdevops-{section.replace('_', '-')}{'-dev' if node_number % 2 else ''}"
    node = directory / name
    kernel = "6.18.44-next-20261120" if node_number % 2 else "6.18.44"
    native = node / kernel / section
    native.mkdir(parents=True)
    cases, planned, failures, skipped = [], [], 0, 0
    for group, count in counts.items():
        for number in range(1, count + 1):
            test = f"{group}/{number:03}"
            planned.append(test)
            if (group, number) == ("xfs", 17) and node_number % 2 and run_number >= 2:
                continue  # it crashes the guest
            verdict, seconds, message = _fstests_case(number, group, node_number, run_number)
            inner = {"passed": "", "skipped": f"<skipped message={quoteattr(message)}/>",
                     "failed": f"<failure message={quoteattr(message)} type=\"TestFail\"/>"}[verdict]
            failures += verdict == "failed"
            skipped += verdict == "skipped"
            cases.append(f'<testcase classname="xfstests.{section}" name="{test}" time="{seconds}">{inner}</testcase>')
    (native / "result.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="xfstests" tests="{len(cases)}" failures="{failures}" '
        f'skipped="{skipped}" errors="0" time="100">\n' + "\n".join(cases) + "\n</testsuite>\n")
    (node / "tests").write_text("\n".join(planned) + "\n")
    if node_number % 2 and run_number >= 2:
        (node / "crashed").write_text("panic xfs/017\n")
        (node / "crash-1.txt").write_text("[  123.456789] kernel BUG at fs/xfs/xfs_log_cil.c:1234!\n")
    (node / "exit_status").write_text("1\n")
    _run_json(node, workflow="fstests", run=directory.name, node=name, role="dev" if node_number % 2 else "baseline",
              test=section, kernel=kernel, settings={"mkfs": "mkfs.xfs -f -m reflink=1", "section": section})


def fstests(directory, runs=4, counts=None):
    """Some runs of three sections on baseline and dev nodes."""
    for run_number in range(runs):
        run = directory / f"202611{10 + run_number}T031502Z"
        for index, section in enumerate(SECTIONS):
            for dev in (0, 1):
                _fstests_node(run, section, 2 * index + dev, run_number, counts or {"generic": 380, "xfs": 140})
    (directory / "last-run").symlink_to(run.name)
    return directory


def sysbench(directory, sample):
    """Two runs of the sample's A/B pair, each longer than the sample; in the second run dev makes half
    the transactions."""
    original = next(p for p in Path(sample).iterdir() if p.is_dir())
    for number, name in enumerate(("20261120T024919Z", "20261121T024919Z")):
        shutil.copytree(original, directory / name)
        for node in (directory / name).iterdir():
            output = node / "sysbench_output.txt"
            factor = 0.5 if node.name.endswith("-dev") and number else 1
            output.write_text(_longer(output.read_text(), factor, random.Random(node.name + name)))
    (directory / "last-run").symlink_to(name)
    return directory


def _longer(text, factor, rng, seconds=120):
    """The output with `seconds` intervals made from its first."""
    head, first, rest = re.split(r"^(\[ 1s \].*\n)", text, maxsplit=1, flags=re.M)
    rest = re.sub(r"^\[ \d+s \].*\n", "", rest, flags=re.M)
    intervals = []
    for second in range(1, seconds + 1):
        line = re.sub(r"^\[ 1s", f"[ {second}s", first)
        intervals.append(re.sub(r" tps: [\d.]+", f" tps: {rng.gauss(1000, 40) * factor:.2f}", line))
    return head + "".join(intervals) + rest


def hostile(directory):
    """Every text that a guest can set, set to something that tries to be markup."""
    run = directory / "20261121T031502Z"
    for number, text in enumerate(HOSTILE):
        node = run / f"node{number}"
        node.mkdir(parents=True)
        lines = ["TAP version 13", f"1..{2 * len(HOSTILE)}"]
        for i, name in enumerate(HOSTILE):
            shown = name.replace("#", "")
            lines += [f"not ok {2 * i + 1} - {shown}", f"# {shown}", f"ok {2 * i + 2} - {shown} again # SKIP {shown}"]
        (node / "x.tap").write_text("\n".join(lines) + "\n")
        _run_json(node, workflow=text[:300], format="tap", run=run.name, node=text, role="baseline", kernel=text, failure=text,
                  settings={text: text, "plain": text})
    (directory / "last-run").symlink_to(run.name)
    return directory


def good(directory):
    """One node, everything passed."""
    node = directory / "20261121T031502Z" / "kdevops-pynfs"
    node.mkdir(parents=True)
    names = [f"v4.{i % 2}/CODE{i}" for i in range(260)]
    (node / "x.tap").write_text(f"TAP version 13\n1..{len(names)}\n" + "".join(f"ok {i + 1} - {n}\n" for i, n in enumerate(names)))
    _run_json(node, workflow="mine", format="tap", node="kdevops-pynfs", kernel="6.18.44", exit_status=0)
    return directory
