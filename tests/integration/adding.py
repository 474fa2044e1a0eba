#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""docs/adding-a-workflow.md to the letter, in a copy of the sources: every file it shows, every command of
"Trying it", and what they must have led to. Then the mistakes that workflow.yaml invites: each is refused
with its file and line. tests/e2e/adding goes on where this ends, with a guest.
"""

import json
import re
import shlex

from harness import TOPDIR, Report, fresh_copy, give_tools, make_environment, run

PAGE = TOPDIR / "docs/adding-a-workflow.md"

# (what, replacement, with): in workflow.yaml; the refusal names the line of the first difference.
MISTAKES = [
    ("an unknown key", "groups:", "grups:"),
    ("a missing key", "test_suites: [stress]\n", ""),
    ("a key twice", "groups:", "enable: X\ngroups:"),
    ("a string for a list", "groups: [baseline, dev, stress]", "groups: baseline"),
    ("a list for a string", "description: Stressors", "description: [Stressors]\n#"),
    ("an unknown key of a node", "test: \"*\"", "test: \"*\", tests: 1"),
    ("a pattern without its star", "each: STRESS_SECTION_*", "each: STRESS_SECTION_"),
    ("a variable with two sources", "join: STRESS_SECTION_*", "join: STRESS_SECTION_*, value: 1"),
    ("another name than the folder's", "name: stress\n", "name: strass\n"),
    ("broken YAML", "nodes:\n  - {each", "nodes:\n  - {{each"),
]


def blocks():
    """Files by path, and the commands of each console block, in the page's order."""
    files, commands = {}, []
    for path, kind, text in re.findall(r"(?:^`([^`\n]+)`\n\n)?^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.M | re.S):
        if path:
            files[path] = text
        elif kind == "console":
            commands.append(text.splitlines())
    return files, commands


def write(tree, files):
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)


def line_of(good, bad):
    """Number of the first line that differs; the last one when `bad` stops short."""
    pairs = list(zip(good.splitlines(), bad.splitlines()))
    return next((n for n, (a, b) in enumerate(pairs, 1) if a != b), len(pairs))


def mistakes(report, tree, env, files):
    path = "workflows/stress/workflow.yaml"
    good = files[path]
    for what, old, new in MISTAKES:
        bad = good.replace(old, new, 1)
        (tree / path).write_text(bad)
        made = run(["make"], cwd=tree, env=env)
        said = made.stdout + made.stderr
        at = re.search(rf"{re.escape(path)}(?::(\d+))?: ", said)
        # A missing key has no line of its own: the map's is told; broken YAML is noticed lines later.
        lines = {str(line_of(good, bad) + shift) for shift in (-1, 0, 1, 2)} | {"2"}
        report.case(f"workflow.yaml with {what} is refused with its place",
                    [] if bad != good and made.returncode and at and (at[1] is None or at[1] in lines)
                    and "Traceback" not in said else [f"exit {made.returncode}", said[-1500:]])
    (tree / path).write_text(good)


def main():
    report = Report()
    files, commands = blocks()
    report.case("the page has its files and its commands",
                [] if len(files) == 11 and [len(c) for c in commands] == [4, 4] else [list(files), commands])
    report.case("and none is there already", [p for p in files if (TOPDIR / p).exists()])
    tree = fresh_copy("adding", destroy=False)
    give_tools(tree)
    env = make_environment(tree)
    write(tree, files)
    said = {}
    for command in commands[0]:
        done = run(shlex.split(command), cwd=tree, env=env, timeout=300)
        said[command] = done.stdout
        report.case(command, [done.stdout[-2000:] + done.stderr[-2000:]] if done.returncode else [])
    report.case("make help tells its targets",
                [t for t in ("stress-baseline", "stress-stop", "stress-compare") if t not in said["make help"]])

    plan = json.loads((tree / "nixos/generated/plan.json").read_text())
    names = [n["name"] for n in plan["nodes"]]
    report.case("the plan has a node per section", [] if names == ["kdevops-ipc", "kdevops-vfs"] else [names])
    listed = run(["ansible-inventory", "-i", "hosts", "--list"], cwd=tree, env=env)
    groups = json.loads(listed.stdout or "{}")
    report.case("so has the inventory, in the groups of the workflow",
                [] if groups.get("stress_ipc", {}).get("hosts") == ["kdevops-ipc"]
                and sorted(groups.get("stress", {}).get("hosts", [])) == names else [listed.stdout[-2000:]])
    variables = (tree / "extra_vars.yaml").read_text()
    for line in ('stress_seconds: 2', 'kdevops_workflow_name: "stress"'):
        report.case(f"Ansible gets {line}", [] if line in variables.splitlines() else [variables[-2000:]])
    report.case("Ansible gets the list of sections",
                [] if re.search(r"^stress_enabled_sections: ['\"]ipc vfs['\"]$", variables, re.M) else [variables])
    deps = tree / "nixos/generated/stress/workflow-deps.nix"
    report.case("the guest gets the module", [] if deps.exists() and "testSuites.stress" in deps.read_text()
                else [str(deps)])
    syntax = run(["ansible-playbook", "-i", "hosts", "--syntax-check", "-e", "@extra_vars.yaml",
                  "playbooks/stress.yml"], cwd=tree, env=env)
    report.case("Ansible accepts the playbook", [syntax.stderr] if syntax.returncode else [])
    check = run(["shellcheck", "-s", "sh", tree / "playbooks/roles/stress/files/suite.sh"])
    if check.returncode != 127:
        report.case("shellcheck accepts the adapter", [check.stdout] if check.returncode else [])
    status = run(["git", "-C", TOPDIR, "ls-files", "src"])
    report.case("no tool was changed for it",
                [p for p in status.stdout.split() if (TOPDIR / p).read_bytes() != (tree / p).read_bytes()])
    mistakes(report, tree, env, files)
    report.finish()


if __name__ == "__main__":
    main()
