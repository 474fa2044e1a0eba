#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile values in every string symbol of the .config: each is refused with exit 3, its line and
its symbol, or it arrives intact in every language that is generated.

plan.json is where a value is looked for; trees.py compares every other file with it.
hostile.py [SYMBOL...]    only these symbols
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

from generated import PRESET
from harness import ConfigRoom, Report, defconfigs, generate
from trees import Trees

VALUES = {
    "quotes": "a\"b'c''d\"\"e",
    "backslashes": "a\\b\\\\c\\n\\",
    "Nix antiquotation": "a${builtins.abort \"x\"}''${y}$${z}",
    "percent": "100% %s %%(x)s %h %d",
    "markup": "<&>]]>&amp;<!-- \"'",
    "unicode": "Grüße 世界 \U0001f680 e\u0301",
    "10 kB": "x" * 10240,
    "shell": "$(touch /tmp/hostile) `id`; | & > /dev/null",
    "an option": "-oProxyCommand=id",
    "blanks around": "  two  blanks  ",
    "comma": "a,b,,c=d",
    "a tab": "a\tb",
    "an escape sequence": "a\x1b[31mb",
    "a delete": "a\x7fb",
    "line separators": "a\u2028b\u0085c\ufeffd",
    "a comment": "#comment ;other",
    "a comment behind": "a # b ; c",
    "a mapping": "key: value",
    "a list": "- item",
    "a flow": "{a: [b, c]}",
    "a tag": "!!python/object:os.system x",
    "an anchor": "&a *a",
    "a document": "---",
    "a bool": "yes",
    "a null": "null",
    "an octal": "0o17",
    "a number": "012",
    "a float": "1e3",
    "a date": "2026-11-21",
    "sexagesimal": "22:22:22",
    "a merge": "<<",
    "a home": "~/x",
    "jinja": "{{ no_such_variable }}",
    "a jinja lookup": "{{ lookup('pipe', 'id') }}",
    "a jinja statement": "{% for %}",
    "up": "../../etc/passwd",
    "a relative word": "word",
    "an absolute path": "/srv/a b/ü",
    "nothing": "",
}
# Bytes that no value may hold, as they would stand in the .config.
RAW = {
    "a newline": b'"a\nb"',
    "a NUL": b'"a\0b"',
    "invalid UTF-8": b'"a\xff\xfeb"',
    "no end": b'"abc',
    "a bare quote inside": b'"a"b"',
    "text behind": b'"abc" def',
    "a lone backslash at the end": b'"abc\\"',
}


def spelled(value):
    """As kconfig writes a string."""
    return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'


def string_symbols(config):
    return re.findall(r'^CONFIG_(\w+)="', config.read_text("utf-8"), re.MULTILINE)


def refers(config, line, symbol):
    """Whether the symbol on `line` is `symbol`, or is made from it: "{{ kdevops_storage_pool_path }}"."""
    values = dict(re.findall(r'^CONFIG_(\w+)="(.*)"$', config.read_text("utf-8"), re.MULTILINE))
    named = re.match(r"CONFIG_(\w+)=", config.read_text("utf-8").split("\n")[line - 1])
    seen, todo = set(), [named[1]] if named else []
    while todo:
        name = todo.pop()
        if name == symbol:
            return True
        if name not in seen:
            seen.add(name)
            todo += [m.upper() for m in re.findall(r"{{\s*(\w+)\s*}}", values.get(name, ""))]
    return False


def refusal_problems(made, original, config, line, symbol):
    if made.returncode != 3:
        return [f"exit {made.returncode}: {made.stdout[:300]}{made.stderr[:2000]}"]
    problems = []
    where = re.search(rf"{re.escape(str(config))}:(\d+): .*?CONFIG_(\w+)", made.stderr)
    if where is None:
        problems.append(f"names no line and symbol: {made.stderr[:600]}")
    elif int(where[1]) != line and not refers(original, int(where[1]), symbol):
        problems.append(f"does not name line {line}: {made.stderr[:600]}")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", made.stderr):
        problems.append(f"control characters reach the terminal: {made.stderr!r}"[:600])
    return problems


def pick_configs(room, scratch):
    """symbol -> the first configuration that has it and generates."""
    preset = scratch / "preset"
    preset.write_text(PRESET)
    configs = [room.defconfig(name, scratch / name) for name in defconfigs()]
    configs += [room.randconfig(seed, scratch / f"seed{seed}", preset) for seed in range(1, 41)]
    picked = {}
    for config in configs:
        missing = [s for s in string_symbols(config) if s not in picked]
        if not missing:
            continue
        output = scratch / "base" / config.name
        if generate(config, output).returncode == 0:
            picked.update({s: config for s in missing})
    return picked


def with_values(config, raws):
    """The bytes of `config` with symbols set, and the line of the last of them."""
    lines, at = config.read_bytes().split(b"\n"), 0
    for symbol, raw in raws.items():
        name = b"CONFIG_" + symbol.encode() + b"="
        at = next(i for i, line in enumerate(lines) if line.startswith(name))
        lines[at] = name + raw
    return b"\n".join(lines), at + 1


class Attempts:
    """Runs of nixos-gen on changed configurations."""

    def __init__(self, scratch):
        self.scratch, self.trees, self.made = scratch, Trees(scratch), 0
        self.problems, self.counts, self.trials = {}, {}, {}

    def generate(self, config, raws):
        self.made += 1
        directory = self.scratch / f"attempt{self.made}"
        directory.mkdir()
        text, line = with_values(config, raws)
        (directory / "config").write_bytes(text)
        return directory, line, generate(directory / "config", directory / "out")

    def files(self, config, raws):
        """What is generated: relative path -> bytes; None when refused."""
        directory, _, made = self.generate(config, raws)
        if made.returncode != 0:
            return None
        return {str(p.relative_to(directory / "out")): p.read_bytes()
                for p in (directory / "out").rglob("*") if p.is_file()}

    def attempt(self, config, what, raws, values):
        """One configuration. `values`: the symbols whose extra_vars must be these."""
        directory, line, made = self.generate(config, raws)
        if made.returncode != 0 and len(raws) > 1:
            return False
        for symbol in raws:
            key = "refused" if made.returncode else "intact"
            counts = self.counts.setdefault(symbol, {"intact": 0, "refused": 0})
            counts[key] += 1
        if made.returncode != 0:
            self.fail(symbol, what, refusal_problems(made, config, directory / "config", line, symbol))
        elif values is None:
            self.fail(symbol, what, ["is accepted"])
        else:
            self.trials[self.made] = (list(raws), what)
            variables = self.trees.add(self.made, directory / "out") or {}
            for symbol, value in values.items():
                if (got := variables.get(symbol.lower())) != value:
                    self.fail(symbol, what, [f"the variable is {str(got)[:200]!r}, not {value[:200]!r}"])
        shutil.rmtree(directory)
        return True

    def fail(self, symbol, what, problems):
        self.problems.setdefault(symbol, []).extend(f"{what}: {p}" for p in problems)

    def finish(self, report):
        for number, found in self.trees.problems().items():
            symbols, what = self.trials[number]
            for symbol in symbols if found else ():
                self.fail(symbol, what, found)
        for symbol, counts in sorted(self.counts.items()):
            told = ", ".join(f"{n} {what}" for what, n in counts.items())
            report.case(f"CONFIG_{symbol}: {told}", self.problems.get(symbol, []))


# Symbols whose variable says more than they do: the fleet's own file, the prefix in its place.
DERIVED = {"KDEVOPS_SSH_CONFIG", "KDEVOPS_HOST_PREFIX"}
ONLY_VARIABLES = {"extra_vars.yaml", "nixos/generated/plan.json"}


def main():
    only = sys.argv[1:]
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-hostile-") as scratch:
        scratch = Path(scratch)
        picked = pick_configs(ConfigRoom(scratch / "kconfig"), scratch)
        picked = {s: c for s, c in sorted(picked.items()) if not only or s in only}
        attempts = Attempts(scratch)
        # Most symbols are a variable for Ansible and nothing else: those are set all at once.
        together, alone = {}, []
        for symbol, config in picked.items():
            before = attempts.files(config, {})
            after = attempts.files(config, {symbol: spelled("/hostile/probe")})
            changed = after and {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)}
            if changed and changed <= ONLY_VARIABLES and symbol not in DERIVED:
                together.setdefault(config, []).append(symbol)
            else:
                alone.append(symbol)
        report.note(f"{len(picked)} symbols, {len(alone)} of them in more than extra_vars.yaml")
        for what, value in VALUES.items():
            apart = list(alone)
            for config, symbols in together.items():
                if not attempts.attempt(config, what, {s: spelled(value) for s in symbols},
                                        {s: value for s in symbols}):
                    apart += symbols
            for symbol in apart:
                attempts.attempt(picked[symbol], what, {symbol: spelled(value)},
                                 {symbol: value} if symbol not in DERIVED else {})
        for what, raw in RAW.items():
            for symbol, config in picked.items():
                attempts.attempt(config, what, {symbol: raw}, None)
        attempts.finish(report)
        report.case("no value was run by a shell",
                    ["/tmp/hostile exists"] if Path("/tmp/hostile").exists() else [])
    report.finish()


main()
