#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""kdevops's own playbooks against the inventory and the variables that we generate, unchanged.

KDEVOPS_SOURCE=<a checkout of kdevops> kdevops.py [DEFCONFIG...]

Per workflow, in a copy of that checkout with our .config, hosts, extra_vars.yaml and ansible.cfg:
- Ansible reads the inventory, and it has the nodes of the plan;
- kdevops's inventory of the same configuration (playbooks/gen_hosts.yml) has the same hosts and groups;
- so has its list of nodes (playbooks/gen_nodes.yml);
- playbooks/<workflow>.yml: syntax, hosts, tasks;
- what that playbook computes per node (tag vars), here instead of on the node;
- every configuration file that its role renders: an undefined variable is a failure.

Its playbooks need the collections of its requirements.yml (ANSIBLE_COLLECTIONS_PATH is passed on). Without
KDEVOPS_SOURCE there is nothing to do: nothing is fetched here.
"""

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from harness import ConfigRoom, Report, environment, generate, run

WORKFLOWS = {"fstests": ["nixos-xfs", "nixos-btrfs", "nixos-ext4"], "blktests": ["nixos-blktests"],
             "selftests": ["nixos-selftests"], "mmtests": ["nixos-mmtests"], "sysbench": ["nixos-sysbench", "sysbench-mysql"],
             "pynfs": ["nixos-pynfs"], "ltp": ["nixos-ltp"], "gitr": ["nixos-gitr"]}
# Configurations that have no defconfig: another one, and settings.
SETTINGS = {"sysbench-mysql": ("nixos-sysbench", ["SYSBENCH_DOCKER=y"])}
# What kdevops renders onto a node, below playbooks/roles/<workflow>/templates.
TEMPLATES = {"fstests": ["{{ fstests_fstyp }}/{{ fstests_fstyp }}.config"],
             "mmtests": ["{{ mmtests_test_type }}-config.j2"],
             "ltp": ["nfs.conf.j2"],
             "sysbench": ["{{ sysbench_postgresql_configuration }}.j2"],
             "sysbench-mysql": ["my.cnf.j2", "mysql.conf.j2"]}
# Written by kdevops's make, not by its Kconfig: scripts/gen-hosts.Makefile.
GEN_HOSTS = {"kdevops_hosts_template": "hosts.j2",
             "kdevops_hosts_template_full_path": "{tree}/playbooks/roles/gen_hosts/templates/hosts.j2",
             "kdevops_genhosts_templates_dir": "{tree}/playbooks/roles/gen_hosts/templates",
             "kdevops_playbooks_dir_full_path": "{tree}/playbooks", "kdevops_playbooks_dir": "playbooks"}
# What "always" gathers; the rest of that tag does something, to a node.
FACTS = """\
- hosts: baseline:dev
  gather_facts: false
  tasks:
    - ansible.builtin.setup:
      tags: [vars]
"""
RENDER = """\
- hosts: baseline:dev
  gather_facts: false
  vars_files: ["{tree}/playbooks/roles/{workflow}/defaults/main.yml", "{tree}/extra_vars.yaml"]
  tasks:
    - ansible.builtin.template:
        src: "{tree}/playbooks/roles/{workflow}/templates/{{{{ item }}}}"
        dest: "{tree}/rendered-{{{{ inventory_hostname }}}}-{{{{ item | replace('/', '-') }}}}"
      loop: {templates}
      tags: [vars]
"""


class Kdevops:
    def __init__(self, report, source, scratch):
        self.report = report
        self.tree = scratch / "kdevops"
        shutil.copytree(source, self.tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "*.xz"))
        self.room = ConfigRoom(scratch / "kconfig")
        passed_on = {k: v for k, v in os.environ.items() if k.startswith("ANSIBLE_COLLECTIONS_PATH")}
        self.env = environment(ANSIBLE_CONFIG=str(self.tree / "ansible.cfg"), ANSIBLE_STDOUT_CALLBACK="default",
                               ANSIBLE_NOCOLOR="1", ANSIBLE_DEPRECATION_WARNINGS="0", **passed_on)

    def configure(self, name, defconfig, settings):
        config = self.room.defconfig(defconfig, self.tree / ".config", *settings)
        made = generate(config, self.tree, topdir=str(self.tree), tree=str(self.tree))
        if not self.report.case(f"{name}: generates", [made.stderr] if made.returncode else []):
            return False
        plan = json.loads((self.tree / "nixos/generated/plan.json").read_text())
        self.nodes = {n["name"]: n for n in plan["nodes"]}
        self.testing = sorted(n for n, node in self.nodes.items() if node["role"] in ("baseline", "dev"))
        return True

    def ansible(self, program, *words, inventory="hosts", timeout=300):
        return run([program, "-i", inventory, *words], cwd=self.tree, env=self.env, timeout=timeout)

    def play(self, *words, **options):
        return self.ansible("ansible-playbook", "--extra-vars", "@./extra_vars.yaml", *words, **options)

    # Each of these returns problems.

    def inventory(self, path="hosts"):
        """Problems, {group: hosts} without groups that have none."""
        told = self.ansible("ansible-inventory", "--list", inventory=path)
        try:
            groups = json.loads(told.stdout)
        except ValueError:
            return [told.stdout + told.stderr], {}
        found = {name: sorted(group["hosts"]) for name, group in groups.items()
                 if name not in ("_meta", "all", "ungrouped") and group.get("hosts")}
        return [told.stderr] if told.returncode else [], found

    def same_inventory(self):
        problems, ours = self.inventory()
        hosts = {h for group in ours.values() for h in group}
        if problems or hosts != set(self.nodes):
            return problems + [f"hosts {sorted(hosts)}, the plan has {sorted(self.nodes)}"]
        variables = {**{k: v.format(tree=self.tree) for k, v in GEN_HOSTS.items()},
                     "ansible_cfg_inventory": str(self.tree / "hosts.kdevops")}
        made = self.play("-e", json.dumps(variables), "playbooks/gen_hosts.yml")
        if made.returncode:
            return [made.stdout[-3000:] + made.stderr[-1000:]]
        problems, theirs = self.inventory("hosts.kdevops")
        missing = {name: hosts for name, hosts in theirs.items()
                   if not set(hosts) <= set(ours.get(name, []))}
        return problems + ([f"kdevops has {missing}, we have {ours}"] if missing else [])

    def same_nodes(self):
        template = "playbooks/roles/gen_nodes/templates/guestfs_nodes.j2"
        variables = {"kdevops_nodes": "nodes.kdevops.yaml", "kdevops_nodes_template": template,
                     "kdevops_nodes_template_full_path": str(self.tree / template),
                     "kdevops_playbooks_dir_full_path": str(self.tree / "playbooks")}
        listed = self.tree / "nodes.kdevops.yaml"
        listed.unlink(missing_ok=True)
        # Behind the list it makes the drives of its own guests, and asks systemd for the time zone: not ours.
        made = self.play("-e", json.dumps(variables), "playbooks/gen_nodes.yml")
        if not listed.exists():
            return [made.stdout[-3000:] + made.stderr[-1000:]]
        theirs = set(re.findall(r"^ *- name: (\S+)", listed.read_text(), re.M))
        return [] if theirs == set(self.nodes) else [f"kdevops lists {sorted(theirs)}, the plan {sorted(self.nodes)}"]

    def playbook(self, workflow):
        syntax = self.play("--syntax-check", f"playbooks/{workflow}.yml")
        if syntax.returncode:
            return [syntax.stderr, "its collections are missing: ansible-galaxy collection install -r "
                    "requirements.yml, and ANSIBLE_COLLECTIONS_PATH" if "resolve module" in syntax.stderr else ""]
        listed = self.play("--list-hosts", "--list-tasks", f"playbooks/{workflow}.yml")
        hosts = re.findall(r"^      (\S+)$", listed.stdout, re.M)
        missing = [h for h in self.testing if h not in hosts]
        tasks = re.findall(rf"^      {workflow} : ", listed.stdout, re.M)
        return ([listed.stderr] if listed.returncode else []) + (
            [f"it would not run on {missing}"] if missing else []) + ([] if tasks else ["it has no task"])

    def rendered(self, workflow, templates):
        """The tasks with tag vars as on every node, but here, and the role's templates behind them."""
        (self.tree / "render.yml").write_text(RENDER.format(tree=self.tree, workflow=workflow,
                                                            templates=json.dumps(templates)))
        (self.tree / "facts.yml").write_text(FACTS)
        here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        made = self.play("-e", json.dumps(here), "--tags", "vars", "--skip-tags", "always", "--limit",
                         "baseline:dev:localhost", "facts.yml", f"playbooks/{workflow}.yml", "render.yml", timeout=600)
        files = list(self.tree.glob("rendered-*"))
        wanted = len(templates) * len(self.testing)
        problems = [made.stdout[-4000:] + made.stderr[-1000:]] if made.returncode else []
        if not made.returncode and len(files) != wanted:
            problems.append(f"{len(files)} files of {wanted}")
        for path in files:
            path.unlink()
        return problems


def main():
    report = Report()
    source = os.environ.get("KDEVOPS_SOURCE")
    if not source:
        print("# skipped: KDEVOPS_SOURCE names no checkout of kdevops")
        return
    with tempfile.TemporaryDirectory(prefix="kdevops-own-") as scratch:
        kdevops = Kdevops(report, Path(source), Path(scratch))
        for workflow, defconfigs in WORKFLOWS.items():
            for name in defconfigs:
                if sys.argv[1:] and name not in sys.argv[1:]:
                    continue
                if not kdevops.configure(name, *SETTINGS.get(name, (name, []))):
                    continue
                report.case(f"{name}: kdevops's inventory has the same hosts and groups", kdevops.same_inventory())
                report.case(f"{name}: kdevops lists the same nodes", kdevops.same_nodes())
                report.case(f"{name}: kdevops's playbook is sound and runs on our nodes", kdevops.playbook(workflow))
                report.case(f"{name}: kdevops's playbook finds every variable it computes with, and so do its "
                            "templates", kdevops.rendered(workflow, TEMPLATES.get(name, TEMPLATES.get(workflow, []))))
    report.finish()


main()
