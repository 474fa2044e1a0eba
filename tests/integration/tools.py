#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What every tool owes its user: help, version, completion scripts that their shells accept, a man
page without warnings, and exit status 2 with a hint for a wrong word.
"""

import re
import shutil
import tempfile

from harness import BUILD, Report, environment, run

TOOLS = ["nixos-gen", "nixos-defconfig", "nixos-build", "nixos-vm", "nixos-ssh-key", "nixos-ssh-config",
         "nixos-kernel", "nixos-results"]
SHELLS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


def reads(command, text, env):
    """The finished process of `command` on a file with `text`."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return run([*command, file.name], env=env)


def tool(report, name, env):
    program = BUILD / name
    told = run([program, "--help"], env=env)
    report.case(f"{name} --help", [told.stderr or "nothing"] if told.returncode or "Usage:" not in told.stdout else [])
    told = run([program, "--version"], env=env)
    report.case(f"{name} --version", [] if re.fullmatch(rf"{name} \d+\.\d+\.\d+\n", told.stdout) else [told.stdout])

    for shell, check in SHELLS.items():
        script = run([program, "completion", shell], env=env).stdout
        if not shutil.which(shell):
            report.note(f"{shell} is not here to read {name}'s completion")
            continue
        read = reads(check, script, env)
        report.case(f"{name}: {shell} reads its completion",
                    [read.stderr] if read.returncode or read.stderr or name not in script else [])

    page = run([program, "man"], env=env).stdout
    formatted = reads(["groff", "-man", "-ww", "-Tutf8"], page, env)
    report.case(f"{name}: its man page has no warnings",
                [formatted.stderr or "empty"] if formatted.returncode or formatted.stderr or name not in formatted.stdout
                else [])

    told = run([program, "--no-such-option"], env=env)
    problems = [] if told.returncode == 2 else [f"status {told.returncode}"]
    if told.stdout or f"{name} --help" not in told.stderr:
        problems.append(told.stdout + told.stderr)
    report.case(f"{name} refuses an unknown option", problems)


def main():
    report = Report()
    env = environment()
    for name in TOOLS:
        tool(report, name, env)
    report.finish()


if __name__ == "__main__":
    main()
