#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every defconfig and 50 random configurations: generation succeeds, or refuses with exit 3 and a
line of the .config; what it makes is valid for the programs that read it, and says what the plan
says.

generated.py [FIRST-LAST]    seeds of the random configurations, default 1-50
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from harness import ConfigRoom, Report, defconfigs, generate
from trees import Trees

# Half of the random configurations would otherwise ask for machines that exist and name none.
PRESET = 'CONFIG_KDEVOPS_DECLARED_HOSTS="alpha beta gamma"\n'


def refusal_problems(made, config):
    """A refusal is exit 3, and names the file and a line in it."""
    if made.returncode != 3:
        return [f"exit {made.returncode}: {made.stdout}{made.stderr}"]
    where = re.search(rf"{re.escape(str(config))}:(\d+): ", made.stderr)
    lines = config.read_text().count("\n")
    if where is None or not 1 <= int(where[1]) <= lines:
        return [f"no line of the .config in: {made.stderr}"]
    return []


# A replacement in one file of a good tree that the checks must notice.
SPOILERS = [
    ("extra_vars.yaml", "data_path: ", "data_path: x"),
    ("extra_vars.yaml", "nixos_ssh_port: 22", 'nixos_ssh_port: "22"'),
    ("ansible.cfg", "forks = 10", "forks = 11"),
    ("hosts", "[baseline]", "[baselines]"),
    ("hosts", "/run/current-system/sw/bin/python3", "/usr/bin/python3"),
    ("guestfs/kdevops_nodes.yaml", "name: ", "name: x"),
    ("nixos/generated/vms.nix", "vcpus = ", "vcpus = 1"),
    ("nixos/generated/ssh_config", "User kdevops", "User root"),
    ("nixos/generated/ssh_config", "    Port 22", "    Prt 22"),
    ("nixos/generated/sysbench/default.nix", "kdevops", "root"),
    ("nixos/generated/sysbench/workflow-deps.nix", "];", "]"),
    ("nixos/generated/sysbench/flake.nix", "path:", "path:/x"),
    ("nixos/generated/libvirt/demo-xfs-reflink-4k.xml", "<memory", "<mem"),
    ("nixos/generated/libvirt/demo-xfs-reflink-4k.xml", "<vcpu>2</vcpu>", "<vcpu>two</vcpu>"),
    ("nixos/generated/libvirt/demo-xfs-reflink-4k.xml", "extra1.raw", "extra2.raw"),
    ("nixos/generated/libvirt/network.xml", "mac=", "address="),
]


def spoiled_trees_are_noticed(report, scratch, good):
    trees = Trees(scratch)
    for number, (path, old, new) in enumerate(SPOILERS):
        tree = scratch / f"spoiled{number}"
        shutil.copytree(good, tree)
        text = (tree / path).read_text()
        (tree / path).write_text(text.replace(old, new))
        if old in text:
            trees.add(number, tree)
        else:
            report.case(f"'{old}' is in {path}", ["it is not: this test is out of date"])
    for number, problems in trees.problems().items():
        path, old, new = SPOILERS[number]
        report.case(f"'{new}' for '{old}' in {path} would be noticed",
                    [] if problems else ["nothing noticed it"])


def main():
    first, last = map(int, (sys.argv[1:] + ["1-50"])[0].split("-"))
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-generated-") as scratch:
        scratch = Path(scratch)
        room = ConfigRoom(scratch / "kconfig")
        preset = scratch / "preset"
        preset.write_text(PRESET)
        configs = {name: room.defconfig(name, scratch / name) for name in defconfigs()}
        report.note(f"random configurations: KCONFIG_SEED={first} to {last}")
        for seed in range(first, last + 1):
            configs[f"seed {seed}"] = room.randconfig(seed, scratch / f"seed{seed}",
                                                      preset if seed % 4 else None)
        generate(configs["nixos-demo"], scratch / "good")
        spoiled_trees_are_noticed(report, scratch, scratch / "good")
        trees = Trees(scratch)
        refused = {}
        for name, config in configs.items():
            output = scratch / "out" / name
            made = generate(config, output)
            if made.returncode == 0:
                trees.add(name, output)
            else:
                refused[name] = (made, config)
        for name, problems in trees.problems().items():
            report.case(f"{name}: every generated file is valid and says what the plan says", problems)
        for name, (made, config) in refused.items():
            report.note(f"{name} is refused: {made.stderr.splitlines()[0]}")
            report.case(f"{name}: refused with exit 3 and a line",
                        [made.stderr] if name in defconfigs() else refusal_problems(made, config))
        seeds = last - first + 1
        generated = sum(1 for name in trees.found if name.startswith("seed"))
        report.case(f"{generated} of {seeds} random configurations generate, at least half",
                    [] if 2 * generated >= seeds else ["too few to show anything"])
    report.finish()


if __name__ == "__main__":
    main()
