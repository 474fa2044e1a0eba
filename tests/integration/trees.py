# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of generated trees by the programs that read them, value by value against plan.json.

Many trees share most of their files, so a file is checked once per content.
"""

import functools
import hashlib
import json
import os
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from ansible.config.manager import ConfigManager, get_ini_config_value

from harness import environment, run

RELAXNG = Path("/usr/share/libvirt/schemas")
YamlLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What of a system's files can be seen without evaluating NixOS. Paths go through toString: as
# JSON they would be copied to the store.
NIX_VIEW = """
map (d: let
  flake = import (d + "/flake.nix");
  generated = import (d + "/default.nix");
  module = generated (builtins.intersectAttrs (builtins.functionArgs generated) {
    inputs = builtins.mapAttrs (_: input: input.url or "") flake.inputs;
    nixos-flake = { };
  });
in {
  description = flake.description;
  library = flake.inputs.nixos-flake.url;
  nixpkgs = flake.inputs.nixos-flake.inputs.nixpkgs.url or "";
  user = module.nixos-flake.user.name;
  users = builtins.attrNames module.users.users;
  ports = module.services.openssh.ports;
  substituters = module.nix.settings.substituters or [ ];
  hostName = module.networking.hostName;
  kernel = module.nixos-flake.kernel.flavor or "";
  series = module.nixos-flake.kernel.series or "";
  source = module.nixos-flake.kernel.source or "";
  sources = builtins.mapAttrs (_: input: input.url) (removeAttrs flake.inputs [ "nixos-flake" "nixpkgs" ]);
  shares = builtins.mapAttrs (_: share: share.tag) (module.nixos-flake.shares or { });
  mounts = builtins.mapAttrs (_: mount: mount.device) (module.fileSystems or { });
})"""


def difference(what, want, got):
    return [] if want == got else [f"{what}: the plan says {str(want)[:200]!r}, the file {str(got)[:200]!r}"]


# Ansible's own reader, kept: it reads all of Ansible's settings' definitions when it is made.
ANSIBLE = ConfigManager()


@functools.cache
def ini_parser(path):
    ANSIBLE._parse_config_file(path)
    return ANSIBLE._parsers[path]


@functools.cache
def xml_root(path):
    return ElementTree.parse(path).getroot()


class Trees:
    """Trees added with their names; problems() checks them all."""

    def __init__(self, scratch):
        self.pool = Path(tempfile.mkdtemp(prefix="pool-", dir=scratch))
        self.trees = {}    # name -> (plan, {relative path: digest})
        self.found = {}    # name -> problems already known

    def add(self, name, root):
        files = {}
        for path in Path(root).rglob("*"):
            if not path.is_file():
                continue
            data = path.read_bytes()
            files[str(path.relative_to(root))] = self.keep(path.name, data)
        self.found[name] = []
        try:
            plan = json.loads((Path(root) / "nixos/generated/plan.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            self.found[name].append(f"plan.json: {error}")
            return None
        self.trees[name] = (plan, files)
        try:
            variables = self.check_values(name, plan, files)
        except Exception as error:  # a file no parser takes: the case fails, the suite goes on
            self.found[name].append(f"{type(error).__name__}: {error}")
            return None
        return variables

    def keep(self, name, data):
        """The pool's copy of a file, under the name that its readers need to see."""
        directory = self.pool / hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:20]
        path = directory / name
        if not path.exists():
            directory.mkdir(exist_ok=True)
            path.write_bytes(data)
        return path

    # In this process: YAML, ansible.cfg, XML.

    def check_values(self, name, plan, files):
        problems = self.found[name]
        variables = yaml.load(files["extra_vars.yaml"].read_bytes(), Loader=YamlLoader)
        want = {k: int(v["hex"], 16) if isinstance(v, dict) else v
                for k, v in plan["ansible"]["variables"].items()}
        for key in want.keys() | variables.keys():
            a, b = want.get(key), variables.get(key)
            if a != b or type(a) is not type(b):
                problems += difference(f"extra_vars.yaml: {key}", a, b)
        nodes = yaml.load(files["guestfs/kdevops_nodes.yaml"].read_bytes(), Loader=YamlLoader)
        problems += difference("kdevops_nodes.yaml", [n["name"] for n in plan["nodes"]],
                               [n["name"] for n in nodes["guestfs_nodes"]])
        self.check_ansible_cfg(problems, plan, files["ansible.cfg"])
        domains = {p: f for p, f in files.items()
                   if p.startswith("nixos/generated/libvirt/") and not p.endswith("network.xml")}
        wanted = {f"nixos/generated/libvirt/{n['name']}.xml": n for n in plan["nodes"]}
        problems += difference("domain files", sorted(wanted), sorted(domains))
        for path, node in wanted.items():
            if path in domains:
                self.check_domain(problems, plan, node, domains[path])
        return variables

    @staticmethod
    def check_ansible_cfg(problems, plan, path):
        parser = ini_parser(str(path))
        for section in ("defaults", "ssh_connection"):
            for key, value in plan["ansible"][section].items():
                got = get_ini_config_value(parser, {"section": section, "key": key})
                problems += difference(f"ansible.cfg: {key}", value, got)

    @staticmethod
    def check_domain(problems, plan, node, path):
        root = xml_root(path)
        text, attribute = (lambda p: root.findtext(p)), (lambda p, a: root.find(p).get(a))
        libvirt = plan["libvirt"]
        for what, want, got in (
                ("name", node["name"], text("name")),
                ("memory", str(libvirt["memory_mib"]), text("memory")),
                ("emulator", libvirt["emulator"], text("devices/emulator")),
                ("network", libvirt["network"], attribute("devices/interface/source", "network")),
                ("mac", node["mac"], attribute("devices/interface/mac", "address")),
                ("machine", libvirt["machine"], attribute("os/type", "machine")),
                ("console", node["directory"] + "/console.log", attribute("devices/serial/log", "file"))):
            problems += difference(f"{path.name}: {what}", want, got)
        sources = [s.get("file") for s in root.iterfind("devices/disk/source")]
        want = [f"{node['directory']}/extra{i}.{d['format']}" for i, d in enumerate(node["drives"])]
        tags = {f.get("dir") for f in root.iterfind("devices/filesystem/target")}
        system = next(s for s in plan["systems"] if s["name"] == node["system"])
        shared = {s["tag"] for s in system["shares"]}
        if node["kernel"]:
            shared |= {"store", "modules"}
            problems += difference(f"{path.name}: kernel", node["directory"] + "/vmlinuz", text("os/kernel"))
        else:
            want.append(node["directory"] + "/root.qcow2")
        problems += difference(f"{path.name}: shares", shared, tags)
        # Drives on some buses are QEMU arguments, where a comma is doubled.
        arguments = "\n".join(v for e in root.iter() for v in e.attrib.values()).replace(",,", ",")
        missing = [w for w in want if w not in sources and w not in arguments]
        problems += [f"{path.name}: no disk {w}" for w in missing]

    # By other programs, all trees at once.

    def problems(self):
        """name -> problems, for every tree added."""
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            found = [threads.submit(check) for check in
                     (self.check_inventories, self.check_ssh, self.check_nix_parses,
                      self.check_nix_values, self.check_schemas)]
            by_file = {}
            for future in found:
                for path, problem in future.result().items():
                    by_file.setdefault(path, []).extend(problem)
        for name, (_, files) in self.trees.items():
            for relative, path in files.items():
                self.found[name] += [f"{relative}: {p}" for p in by_file.get(path, [])]
        return self.found

    def select(self, pattern):
        """Pool path -> (plan, files, relative path) of one tree that has it."""
        return {path: (plan, files, relative) for plan, files in self.trees.values()
                for relative, path in files.items() if re.fullmatch(pattern, relative)}

    @staticmethod
    def bisect(paths, accepts):
        """The paths that `accepts` refuses when alone, found by halving."""
        problem = accepts(paths) if paths else None
        if not problem:
            return {}
        if len(paths) == 1:
            return {paths[0]: [problem]}
        half = len(paths) // 2
        return {**Trees.bisect(paths[:half], accepts), **Trees.bisect(paths[half:], accepts)}

    @staticmethod
    def in_chunks(paths, accepts, size=200):
        found = {}
        paths = sorted(paths)
        for at in range(0, len(paths), size):
            found.update(Trees.bisect(paths[at:at + size], accepts))
        return found

    def check_nix_parses(self):
        def accepts(paths):
            parsed = run(["nix-instantiate", "--parse", *paths], env=environment())
            return parsed.stderr.strip() if parsed.returncode else None
        return self.in_chunks(self.select(r".*\.nix"), accepts)

    def check_nix_values(self):
        found = {}
        flakes = self.select(r"nixos/generated/[^/]+/flake\.nix")
        rooms = {}
        for path, (plan, files, relative) in flakes.items():
            system = relative.split("/")[2]
            beside = files[f"nixos/generated/{system}/default.nix"]
            directory = self.pool / f"system-{path.parent.name}-{beside.parent.name}"
            directory.mkdir(exist_ok=True)
            for source in (path, beside):
                if not (directory / source.name).exists():
                    (directory / source.name).symlink_to(source)
            rooms[directory] = (path, plan, system)
        order = sorted(rooms)
        for at in range(0, len(order), 100):
            some = order[at:at + 100]
            seen = run(["nix-instantiate", "--eval", "--strict", "--json", "-E",
                        NIX_VIEW + " [ " + " ".join(str(d) for d in some) + " ]"], env=environment())
            if seen.returncode != 0:
                found[rooms[some[0]][0]] = [f"one of {len(some)} like it: {seen.stderr[-800:]}"]
                continue
            for directory, got in zip(some, json.loads(seen.stdout)):
                path, plan, system = rooms[directory]
                planned = next(s for s in plan["systems"] if s["name"] == system)
                # A guest without a disk has the host's store, and fetches nothing.
                asks = plan["nix"]["use_local_mirror"] and planned["backend"] != "imageless"
                mirror = [plan["nix"]["mirror_url"]] if asks else []
                kernel = planned["kernel"]
                own = kernel["flavor"] not in ("latest", "external")
                sources = {f"{o['package']}-src": o["url"] for o in planned["overrides"]}
                if kernel["source"]:
                    sources["kernel-src"] = kernel["source"]

                def tags(driver):
                    return {s["mount_point"]: s["tag"] for s in planned["shares"] if s["driver"] == driver}
                want = {"description": f"kdevops NixOS system {system}",
                        "library": "path:" + plan["nix"]["library"],
                        "nixpkgs": plan["nix"]["nixpkgs_url"], "user": plan["ssh"]["user"],
                        "users": sorted({plan["ssh"]["user"], "root"}),
                        "ports": [plan["ssh"]["port"]], "substituters": mirror,
                        "hostName": planned["host_name"], "kernel": kernel["flavor"] if own else "",
                        "series": kernel["series"], "source": kernel["source"], "sources": sources,
                        "shares": tags("virtiofs"), "mounts": tags("9p")}
                found[path] = [p for k in want for p in difference(k, want[k], got[k])]
        found.update(self.check_vms())
        return found

    def check_vms(self):
        found = {}
        for path, (plan, _, _) in self.select(r"nixos/generated/vms\.nix").items():
            seen = run(["nix-instantiate", "--eval", "--strict", "--json", path], env=environment())
            if seen.returncode != 0:
                found[path] = [seen.stderr]
                continue
            want = {n["name"]: {"role": n["role"], "system": n["system"], "test": n["test"],
                                "mac": n["mac"], "memoryMiB": plan["libvirt"]["memory_mib"],
                                "vcpus": plan["libvirt"]["vcpus"],
                                "drives": [d["serial"] for d in n["drives"]]} for n in plan["nodes"]}
            found[path] = difference("vms.nix", want, json.loads(seen.stdout))
        return found

    def check_schemas(self):
        def against(schema):
            # What virt-xml-validate runs, with one schema for many documents.
            def accepts(paths):
                done = run(["xmllint", "--noout", "--relaxng", RELAXNG / schema, *paths], timeout=600)
                wrong = [l for l in done.stderr.splitlines() if not l.endswith(" validates")]
                return "\n".join(wrong) or "does not validate" if done.returncode else None
            return accepts
        domains = self.select(r"nixos/generated/libvirt/(?!network\.xml).*\.xml")
        networks = self.select(r"nixos/generated/libvirt/network\.xml")
        found = self.in_chunks(domains, against("domain.rng"))
        found.update(self.in_chunks(networks, against("network.rng")))
        for path in sorted(domains)[:1]:
            done = run(["virt-xml-validate", path, "domain"])
            if done.returncode != 0:
                found.setdefault(path, []).append("virt-xml-validate: " + done.stdout + done.stderr)
        return found

    def check_inventories(self):
        def check(item):
            path, (plan, files, _) = item
            listed = run(["ansible-inventory", "-i", path, "--list"],
                         env=environment(ANSIBLE_CONFIG=str(files["ansible.cfg"]), HOME=str(self.pool)))
            if listed.returncode != 0:
                return path, [listed.stderr]
            inventory = json.loads(listed.stdout)
            problems = []
            for group in plan["ansible"]["groups"]:
                name, want = group["name"], sorted(group["hosts"])
                if name == "all":
                    got = sorted(h for h in inventory["_meta"]["hostvars"] if h != "localhost")
                else:
                    got = sorted(inventory.get(name, {}).get("hosts", []))
                problems += difference(f"group {name}", want, got)
            known = {g["name"] for g in plan["ansible"]["groups"]} | {"_meta", "all", "ungrouped"}
            problems += [f"group {g} is not in the plan" for g in inventory.keys() - known]
            for host, values in inventory["_meta"]["hostvars"].items():
                wanted = {g["interpreter"] for g in plan["ansible"]["groups"] if host in g["hosts"]}
                if host == "localhost":
                    wanted = {plan["controller_python"]}
                if values.get("ansible_python_interpreter") not in wanted:
                    problems += difference(f"interpreter of {host}", wanted,
                                           values.get("ansible_python_interpreter"))
            return path, problems
        # ansible.cfg is part of what is read, so the pair counts.
        pairs = {(files["hosts"], files["ansible.cfg"]): (files["hosts"], (plan, files, None))
                 for plan, files in self.trees.values()}
        found = {}
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            for path, problems in threads.map(check, pairs.values()):
                found.setdefault(path, []).extend(problems)
        return found

    def check_ssh(self):
        def check(item):
            path, (plan, _, _) = item
            problems = []
            key = plan["ssh"]["key"].replace("%", "%%")  # -G shows it before ssh's own expansion
            for node in plan["nodes"]:
                name = node["name"]
                told = run(["ssh", "-G", "-F", path, name])
                if told.returncode != 0:
                    problems.append(told.stderr)
                    continue
                got = {}
                for line in told.stdout.splitlines():
                    keyword, _, value = line.partition(" ")
                    got.setdefault(keyword, value)
                for keyword, want in (("hostname", name), ("user", plan["ssh"]["user"]),
                                      ("port", str(plan["ssh"]["port"])), ("identityfile", key),
                                      ("stricthostkeychecking", "false"), ("loglevel", "ERROR")):
                    problems += difference(f"{name}: {keyword}", want, got.get(keyword))
            return path, problems
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return dict(threads.map(check, self.select(r"nixos/generated/ssh_config").items()))
