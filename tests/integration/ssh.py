#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""nixos-ssh-key and nixos-ssh-config as programs: key names against a second implementation of the
documented algorithm, kdevops's calling convention, 32 concurrent updaters.
"""

import hashlib
import os
import random
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import BUILD, Report, environment, run

KEY, CONFIG = BUILD / "nixos-ssh-key", BUILD / "nixos-ssh-config"


def documented_name(path):
    parts = path.split("/")
    return f"kdevops-nixos-{'-'.join(parts[-2:])}-{hashlib.sha256(path.encode()).hexdigest()[:8]}"


def random_paths(count):
    rng = random.Random(20261121)
    letters = "abcXYZ019-_. 'ü世$\"\\%~#@+,;=\t"
    for _ in range(count):
        parts = ["".join(rng.choice(letters) for _ in range(rng.randint(1, 40)))
                 for _ in range(rng.randint(1, 9))]
        yield "/" + "/".join("dots" if p in (".", "..") else p for p in parts)


def key_names(report, env):
    paths = list(random_paths(1000)) + ["/kdevops", "/home/user/work/kdevops"]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        told = list(threads.map(lambda p: run([KEY, "name", "--tree", p], env=env).stdout, paths))
    report.case("1,000 random paths: the documented key names",
                [f"{p!r}: {t!r}, documented {documented_name(p)!r}" for p, t in zip(paths, told)
                 if t != documented_name(p) + "\n"])
    tree = "/home/user/a b/kdevops"
    report.case("path is the name below ~/.ssh",
                [] if run([KEY, "path", "--tree", tree], env=env).stdout
                == f"{env['HOME']}/.ssh/{documented_name(tree)}\n" else ["it is not"])


def keys(report, env):
    tree = ["--tree", "/srv/kdevops"]
    path = Path(run([KEY, "path", *tree], env=env).stdout.strip())
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: run([KEY, "create", *tree], env=env), range(8)))
    told = "".join(m.stderr for m in made)
    report.case("eight creators at once make one pair",
                [told] if any(m.returncode for m in made) or told.count("Made") != 1 else [])
    report.case("the key is private", [] if path.stat().st_mode & 0o777 == 0o600 else [oct(path.stat().st_mode)])
    before = path.read_bytes()
    path.with_name(path.name + ".pub").unlink()
    half = run([KEY, "create", *tree], env=env)
    report.case("half a pair is refused and left as it is",
                [half.stderr] if half.returncode != 1 or path.read_bytes() != before
                or ".pub" not in half.stderr else [])


def calls(report, env, home):
    config = home / "config"
    update = [CONFIG, "update", "x", "10.0.0.7", "2222", "root", config, "~/.ssh/k", "NixOS VM"]
    told = lambda host: run(["ssh", "-G", "-F", config, host], env=env).stdout.splitlines()
    run(update, env=env)
    report.case("update: ssh sees the host", [] if {"hostname 10.0.0.7", "port 2222", "user root",
                "identityfile ~/.ssh/k"} <= set(told("x")) else told("x"))
    run([CONFIG, "update", "x-dev", "", "", "", config, "~/.ssh/k", "NixOS VM"], env=env)
    report.case("empty words are localhost, 22 and kdevops",
                [] if {"hostname localhost", "port 22", "user kdevops"} <= set(told("x-dev")) else told("x-dev"))
    vsock = run(update + ["--vsock-cid", "5", "--default-transport", "tcp"], env=env)
    report.case("--vsock-cid adds x-vsock and x-tcp",
                [vsock.stderr] if vsock.returncode or "hostname 10.0.0.7" not in told("x-tcp")
                or not any("vsock/5 22" in line for line in told("x-vsock")) else [])
    run([CONFIG, "remove", "x", "", "", "", config, "", "NixOS VM"], env=env)
    left = config.read_text()
    report.case("remove x leaves x-dev, and nothing of x",
                [left] if "Host x-dev\n" not in left or "Host x " in left or "vsock" in left else [])
    for what, words in {"too few words": ["update", "x"], "no such verb": ["add", "x", config],
                        "an option as host": ["update", "-oProxyCommand=id", config],
                        "a CID that is none": update[1:] + ["--vsock-cid", "2"]}.items():
        done = run([CONFIG, *words], env=env)
        report.case(f"{what}: exit 2", [] if done.returncode == 2 else [f"exit {done.returncode}", done.stderr])
    done = run([CONFIG, "update", "a b", config], env=env)
    report.case("a host name with a blank: exit 3 and a hint",
                [] if done.returncode == 3 and "\n  " in done.stderr else [done.stderr])


def concurrent(report, env, home):
    config = home / "shared"
    user = "User me\r\n\r\nHost mine\r\n\tPort 4"
    config.write_bytes(user.encode())
    hosts = [f"n{i}" for i in range(32)]
    argv = lambda verb, host: [str(CONFIG), verb, host, "", "", "", str(config), "~/.ssh/k", "NixOS VM"]
    for verb in ("update", "remove"):
        children = [subprocess.Popen(argv(verb, h), env=env, stderr=subprocess.PIPE, text=True) for h in hosts]
        failed = [c.communicate()[1] for c in children if c.wait() != 0]
        text = config.read_bytes().decode()
        if verb == "update":
            failed += [f"{h} was lost" for h in hosts if f"\nHost {h}\r\n" not in text]
            failed += ["the user's text was changed"] if not text.endswith(user) else []
        elif text != user:
            failed += [f"left: {text!r}"]
        report.case(f"32 processes at once {verb} their hosts", failed)


def main():
    report = Report()
    with tempfile.TemporaryDirectory(prefix="kdevops-ssh-") as home:
        env = environment(HOME=home)
        key_names(report, env)
        keys(report, env)
        calls(report, env, Path(home))
        concurrent(report, env, Path(home))
    report.finish()


main()
