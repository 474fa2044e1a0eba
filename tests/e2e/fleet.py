# SPDX-License-Identifier: GPL-2.0-or-later
"""A fresh copy of the sources, the nodes it brings up, and what one sees of them from outside."""

import hashlib
import json
import os
import re
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from harness import Report, fresh_copy, give_tools, make_environment, run  # noqa: E402

PYTHON = "/run/current-system/sw/bin/python3"


class Fleet:
    """The nodes of one tree."""

    def __init__(self, report, name, tools=False, **settings):
        """`tools`: with the tools of this build, not built anew."""
        self.report = report
        self.home = Path.home()
        self.tree = fresh_copy(name, keep_build="--again" in sys.argv, destroy=not tools or "--again" not in sys.argv)
        if tools:
            give_tools(self.tree)
        self.ssh_before = self.users_lines()
        self.id = hashlib.sha256(str(self.tree).encode()).hexdigest()[:8]
        self.env = make_environment(self.tree, KDEVOPS_HOSTS_PREFIX="e2e" + self.id[:4], **settings)

    # Looking from outside.

    def ssh_config(self):
        path = self.home / ".ssh/config"
        return path.read_bytes().splitlines(keepends=True) if path.exists() else []

    def users_lines(self):
        """~/.ssh/config but for what kdevops trees, this one and others, keep at its top."""
        return [line for line in self.ssh_config() if b"kdevops" not in line]

    def fleet_config(self):
        path = Path(self.plan["ssh"]["fleet_config"]).expanduser()
        return path.read_bytes() if path.exists() else None

    def virsh(self, *words):
        return run(["virsh", "--connect", "qemu:///system", "--quiet", *words])

    def domains(self):
        """name -> (state, libvirt's number, pid of its QEMU)."""
        found = {}
        for name in self.virsh("list", "--all", "--name").stdout.split():
            pid = Path(f"/run/libvirt/qemu/{name}.pid")
            found[name] = (self.virsh("domstate", name).stdout.strip(),
                           self.virsh("domid", name).stdout.strip(),
                           pid.read_text().strip() if pid.exists() else None)
        return found

    def leases(self):
        """MAC -> (address, host name)."""
        lines = self.virsh("net-dhcp-leases", self.plan["libvirt"]["network"]).stdout.splitlines()
        fields = [line.split() for line in lines]
        return {f[2]: (f[4].split("/")[0], f[5]) for f in fields if len(f) > 5}

    def reserved(self):
        text = self.virsh("net-dumpxml", self.plan["libvirt"]["network"]).stdout
        return {h.get("name") for h in ElementTree.fromstring(text).iter("host")}

    def processes(self):
        """Command lines of processes that work for this tree's nodes."""
        mine = f"/{self.id}/"
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if mine in line or ("virtiofsd" in line and f"={self.tree}/" in line) or (
                    line.startswith("/usr/bin/qemu") and self.env["KDEVOPS_HOSTS_PREFIX"] in line):
                found.append(line[:200])
        return found

    def in_guest(self, node, *words):
        return run(["ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", node, *words],
                   env=self.env, timeout=90)

    def make(self, *words, seconds):
        """Make in the tree; its output goes to the log as it comes, and is returned whole."""
        began = time.monotonic()
        log = self.tree / f"make-{words[0]}.log"
        with open(log, "ab") as out:
            start = out.tell()
            status = run(["make", *words], cwd=self.tree, env=self.env, timeout=seconds,
                         stdout=out, stderr=out).returncode
        text = log.read_bytes()[start:].decode(errors="replace")
        self.report.note(f"make {' '.join(words)}: exit {status}, {time.monotonic() - began:.0f} s")
        return status, text

    def read_plan(self):
        self.plan = json.loads((self.tree / "nixos/generated/plan.json").read_text())
        self.nodes = {n["name"]: n for n in self.plan["nodes"]}

    # What nodes promise.

    def running(self):
        domains, leases = self.domains(), self.leases()
        for name, node in self.nodes.items():
            self.report.case(f"{name}: its domain runs", [] if domains.get(name, [""])[0] == "running"
                             else [str(domains.get(name))])
            address, lease_name = leases.get(node["mac"], ("", ""))
            self.report.case(f"{name}: has a lease in its own name",
                             [] if lease_name == name else [f"the lease of {node['mac']}: {address} {lease_name}"])
            told = self.in_guest(name, "hostname")
            self.report.case(f"{name}: ssh {name} hostname is the inventory's name",
                             [] if told.stdout == name + "\n" else [told.stdout + told.stderr])
            addresses = self.in_guest(name, "ip", "-4", "-o", "addr").stdout
            self.report.case(f"{name}: ssh reached the address of the lease",
                             [] if address and f" {address}/" in addresses else [address, addresses])
            self.guest_is_nixos(name)
        ping = run(["ansible", ",".join(self.nodes), "-i", "hosts", "-m", "ping"], cwd=self.tree, timeout=240,
                   env={**self.env, "ANSIBLE_CONFIG": str(self.tree / "ansible.cfg"),
                        "ANSIBLE_STDOUT_CALLBACK": "default", "ANSIBLE_NOCOLOR": "1"})
        missing = [n for n in self.nodes if not re.search(rf"^{re.escape(n)} \| SUCCESS", ping.stdout, re.M)]
        self.report.case("ansible -m ping", [ping.stdout + ping.stderr] if ping.returncode or missing else [])
        self.report.case("make status succeeds and names every node",
                         self.lacks(self.make("status", seconds=60), list(self.nodes)))
        for name in self.nodes:
            wrapper = run([self.tree / f"nixos/generated/run-{name}-wrapper.sh", "status"], env=self.env)
            self.report.case(f"{name}: its wrapper tells the status",
                             self.lacks((wrapper.returncode, wrapper.stdout + wrapper.stderr), [name]))

    @staticmethod
    def lacks(result, words):
        status, text = result
        return [text[-2000:]] if status or any(w not in text for w in words) else []

    def guest_is_nixos(self, name):
        for what, words in {
                "no /usr/bin/python3": "test ! -e /usr/bin/python3",
                "no /bin/bash": "test ! -e /bin/bash",
                "NixOS's mark": "test -e /etc/NIXOS",
                "os-release says nixos": "grep -qx 'ID=\"\\?nixos\"\\?' /etc/os-release",
                "python3 where NixOS has it": f"{PYTHON} -V",
                "sudo without a password": "sudo -n true"}.items():
            done = self.in_guest(name, words)
            self.report.case(f"{name}: {what}", [] if done.returncode == 0
                             else [f"{words}: exit {done.returncode} {done.stdout}{done.stderr}"])

    def summary(self, workflow, *words):
        """What nixos-results says of a workflow's newest run: exit status, {node: {test: verdict}}."""
        told = run([self.tree / "build/nixos-results", "summary", "--json", *words,
                    f"workflows/{workflow}/results"], cwd=self.tree, env=self.env)
        try:
            runs = json.loads(told.stdout)
        except ValueError:
            return told.returncode, {"": {"": told.stdout + told.stderr}}
        runs = runs if isinstance(runs, list) else runs.get("runs", [])
        return told.returncode, {n["name"]: {t["name"]: t["verdict"] for t in n["tests"]}
                                 for r in runs for n in r["nodes"]}

    def numbers(self, roles):
        told = run([self.tree / "build/nixos-results", "summary", "--json", "workflows/sysbench/results"],
                   cwd=self.tree, env=self.env)
        try:
            runs = json.loads(told.stdout)
        except ValueError:
            self.report.case("nixos-results summary --json", [told.stdout + told.stderr])
            return
        runs = runs if isinstance(runs, list) else runs.get("runs", [])
        medians = {}
        for node in (n for r in runs for n in r["nodes"]):
            for metric in (m for t in node["tests"] for m in t["metrics"]):
                medians.setdefault(node["role"], {})[metric["name"]] = metric["median"]
        for role in roles:
            values = [v for v in medians.get(role, {}).values() if isinstance(v, (int, float)) and v > 0]
            self.report.case(f"sysbench: there are numbers for {role}",
                             [] if values else [told.stdout[:2000]])
        for name in self.nodes:
            outputs = list((self.tree / "workflows/sysbench/results").rglob(f"{name}/sysbench_output.txt"))
            texts = [p.read_text(errors="replace") for p in outputs]
            tps = [float(m) for t in texts for m in re.findall(r"transactions:\s+\d+\s+\(([\d.]+) per sec", t)]
            self.report.case(f"{name}: sysbench's own output tells transactions per second",
                             [] if tps and min(tps) > 0 else [f"{len(outputs)} outputs, {tps}"])

    def destroy(self):
        status, text = self.make("destroy", seconds=300)
        self.report.case("make destroy succeeds", [text[-3000:]] if status else [])
        left = [n for n in self.domains() if n in self.nodes]
        self.report.case("destroy leaves no domain", left)
        self.report.case("destroy leaves no disk", [n["directory"] for n in self.nodes.values()
                                                    if Path(n["directory"]).exists()]
                         + [str(p) for p in [Path(self.plan["libvirt"]["storage"]) / self.id] if p.exists()])
        self.report.case("destroy leaves no reservation", sorted(self.reserved() & set(self.nodes)))
        self.report.case("destroy leaves no process", self.processes())
        fleet = Path(self.plan["ssh"]["fleet_config"]).name.encode()
        self.report.case("destroy leaves no SSH entry",
                         ["the fleet's config"] * (self.fleet_config() is not None)
                         + [line for line in self.ssh_config() if fleet in line])
        self.report.case("the user's own ssh config is as it was",
                         [] if self.users_lines() == self.ssh_before else [self.users_lines()])
        status, text = self.make("destroy", seconds=120)
        self.report.case("a second make destroy has nothing to do", [text[-2000:]] if status else [])

    def clean_up(self):
        if (self.tree / "nixos/generated/plan.json").exists():
            self.make("destroy", seconds=300)
            key = self.home / ".ssh" / json.loads(
                (self.tree / "nixos/generated/plan.json").read_text())["instance"]["key_name"]
            for path in (key, key.with_name(key.name + ".pub")):
                path.unlink(missing_ok=True)


def end_to_end(make_fleet, steps):
    """Runs steps(fleet), and cleans up after it whatever happens."""
    report = Report()
    if os.environ.get("HOME") != str(Path.home()):
        report.note("HOME is not the user's own: ssh would read another config than the tools write")
    fleet = make_fleet(report)
    try:
        steps(fleet)
    finally:
        fleet.clean_up()
    report.finish()
