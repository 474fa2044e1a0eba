#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Playbooks and roles without a node: lint, syntax of every script, the runner of test runs
(playbooks/roles/test_run/files/runner.sh) with a suite of its own and stubs of what only a node has, and
what adapters, builds and tasks do that need no more than such stubs."""

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from harness import BUILD, TOPDIR, Report, environment, run, stubs

PLAYBOOKS = TOPDIR / "playbooks"
FILES = PLAYBOOKS / "roles/test_run/files"

# What the runner asks of a node and a test must not touch here.
STUBS = {
    "systemctl": 'case "$*" in *is-active*) if [ -e "$STUBS/active" ]; then echo active; else echo inactive; exit 3; fi;; esac',
    "systemd-run": 'echo "$@" >"$STUBS/started"',
    "dmesg": '[ "$1" = -n ] || cat "$STUBS/kmsg" 2>/dev/null || :',
    "sync": ":",
}

# Five tests; "crash" ends the suite as a guest that goes away does: in the middle, without a word.
SUITE = """\
case $1 in
list) printf '%s\\n' group/a group/b crash group/c 'odd name.*' ;;
recorded) ls done 2>/dev/null | tr _ / ;;
run)
  mkdir -p done
  while read -r test; do
    echo "$test" >>order
    [ "$test" != crash ] || kill -9 $PPID $$
    : >"done/$(echo "$test" | tr / _)"
  done <"$2"
  ;;
esac
"""


class Node:
    """A run's directory as start.sh leaves it."""

    def __init__(self, suite):
        self.root = Path(tempfile.mkdtemp(prefix="runner-"))
        path = stubs(self.root / "bin", STUBS)
        self.run = self.root / "results/20261121T031502Z"
        exports = f"export KDEVOPS_WORKFLOW=demo\nexport STUBS={self.root}\nexport PATH={path}\n"
        record = json.dumps({"workflow": "demo", "exit_status": None, "failure": ""}, indent=4)
        self.made = run(["sh", FILES / "start.sh", self.run, record, (FILES / "runner.sh").read_text(), suite,
                         exports, "", "extra file", "its text"], env=environment())

    def verb(self, *words):
        return run(["sh", self.run / "runner.sh", *words], env=environment())

    def state(self):
        return dict(line.split("=", 1) for line in self.verb("state").stdout.splitlines())

    def text(self, name):
        path = self.run / name
        return path.read_text() if path.exists() else None

    def remove(self):
        shutil.rmtree(self.root)


def runner(report):
    node = Node(SUITE)
    report.case("start writes the run and starts it", [] if node.made.returncode == 0
                and "runner.sh run" in (node.root / "started").read_text()
                and os.readlink(node.run.parent / "current") == node.run.name
                and node.text("extra file") == "its text\n" else [node.made.stdout + node.made.stderr])
    report.case("the unit outlives a process that the kernel kills for its memory",
                [] if "--property=OOMPolicy=continue" in (node.root / "started").read_text() else ["OOMPolicy"])
    state = node.state()
    report.case("before the suite listed its tests, nothing is planned",
                [] if (state["planned"], state["ended"], state["run"]) == ("0", "0", node.run.name) else [state])
    node.verb("run")
    state = node.state()
    report.case("a run that went away in the middle has not ended",
                [] if (state["ended"], state["planned"], state["recorded"]) == ("0", "5", "2") else [state])
    node.verb("crashed", "panic", "crash")
    node.verb("crashed", "panic", "crash")
    report.case("a crash is noted once", [] if node.text("crashed") == "panic crash\n" else [node.text("crashed")])
    node.verb("crashed", "hang", "c")
    report.case("by the planned name", [] if node.text("crashed") == "panic crash\nhang group/c\n"
                else [node.text("crashed")])
    (node.run / "crashed").write_text("panic crash\n")
    node.verb("run")
    order = (node.text("order") or "").splitlines()
    report.case("the next start runs what has no result, and not what crashed",
                [] if order == ["group/a", "group/b", "crash", "group/c", "odd name.*"] else [order])
    state, record = node.state(), json.loads(node.text("run.json"))
    report.case("then it has ended, not well", [] if (state["ended"], state["exit_status"], state["crashed"],
                record["exit_status"]) == ("1", "1", "1", 1) else [state, record])
    (node.root / "started").unlink()
    node.verb("start")
    report.case("what has ended is not started again", [] if not (node.root / "started").exists() else ["started"])
    node.remove()


def endings(report):
    node = Node("case $1 in list) : ;; esac\n")
    node.verb("run")
    record = json.loads(node.text("run.json"))
    report.case("a run without a test fails and says so",
                [] if (record["exit_status"], record["failure"]) == (1, "no test is selected") else [record])
    node.remove()
    node = Node("exit 3\n")
    node.verb("run")
    record = json.loads(node.text("run.json"))
    report.case("a suite that cannot list its tests fails the run",
                [] if record["exit_status"] == 1 and "list" in record["failure"] else [record])
    node.remove()
    node = Node("case $1 in list) echo one ;; run) exit 7 ;; esac\n")
    node.verb("run")
    report.case("the suite's own status is the run's", [] if node.text("exit_status") == "7\n"
                else [node.text("exit_status")])
    node.remove()
    node = Node(SUITE)
    node.verb("stop")
    record = json.loads(node.text("run.json"))
    report.case("a stopped run has ended with 130", [] if (record["exit_status"], record["failure"])
                == (130, "stopped") else [record])
    node.remove()


def current(report):
    node = Node(SUITE.replace("'odd name.*'", "fs/gf01"))
    (node.run / "tests").write_text("group/a\nfs/gf01\n")
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    (node.run / "pass").write_text(f"{boot} {uptime - 50:.2f}\n")
    (node.root / "active").touch()
    line = lambda ago, text: f"[{uptime - ago:.6f}] {text}\n"
    for name, said, want in [
            ("the kernel log names the test", line(10, "run demo group/a at Sat Nov 21"), "group/a"),
            ("LTP's own words do, too", line(10, "LTP: starting gf01 (growfiles -W)"), "fs/gf01"),
            ("also when dmesg says who spoke", line(10, "[ T1234] run demo group/a at Sat Nov 21"), "group/a"),
            ("or the console's form of it does", line(10, "LTP: starting gf01 (growfiles)").replace("] ", "][    C0] ", 1),
             "fs/gf01"),
            ("what was said before this pass does not count", line(60, "run demo group/a at Sat Nov 21"), ""),
            ("a test that is not planned is none", line(10, "run demo not/planned at Sat Nov 21"), "")]:
        (node.root / "kmsg").write_text(line(uptime, "Linux") + said)
        state = node.state()
        age = int(state["now"]) - int(state["since"])
        report.case(name, [] if state["current"] == want and (not want or 5 <= age <= 20) else [said, state])
    node.remove()


def unpack(report):
    """What the controller makes of a node's archive."""
    root = Path(tempfile.mkdtemp(prefix="unpack-"))
    results, node = root / "results", root / "node"

    def collect(run_id, name, kernel="6.1", **files):
        (node / run_id).mkdir(parents=True)
        (node / run_id / "run.json").write_text(json.dumps({"kernel": kernel, "settings": {}}, indent=4))
        for file, text in files.items():
            (node / run_id / file).write_text(text)
        archive = results / f".{name}.tgz"
        results.mkdir(exist_ok=True)
        run(["tar", "-czf", archive, "-C", node, run_id])
        shutil.rmtree(node)
        return run(["sh", FILES / "unpack.sh", archive, name, results])

    first = results / "20261121T010000Z/a"
    first.mkdir(parents=True)
    (first / "crash-1.txt").write_text("console")
    (first / "crashed").write_text("panic x\nhang y\n")
    (first / "stale").write_text("")
    done = collect("20261121T010000Z", "a", exit_status="1\n", crashed="panic group/x\n")
    report.case("what the watcher saw of a crash stays with the results",
                [] if done.returncode == 0 and (first / "crash-1.txt").exists() and not (first / "stale").exists()
                and (first / "crashed").read_text() == "panic group/x\nhang y\n" else [done.stderr, list(first.iterdir())])
    collect("20261121T020000Z", "b", exit_status="0\n")
    report.case("nodes do not meet, and the links lead to the newest",
                [] if (first / "exit_status").exists() and os.readlink(results / "last-run") == "20261121T020000Z"
                and os.readlink(results / "a") == "20261121T010000Z/a" else [sorted(map(str, results.rglob("*")))])
    done = collect("20261121T013000Z", "b", kernel="5.10", exit_status="0\n")
    report.case("an older run that comes late turns no link back, nor the kernel",
                [] if done.returncode == 0 and os.readlink(results / "last-run") == "20261121T020000Z"
                and os.readlink(results / "b") == "20261121T020000Z/b"
                and (results / "last-kernel.txt").read_text() == "6.1\n" else [sorted(map(str, results.rglob("*")))])
    (results / ".a.tgz").write_bytes(b"cut off")
    done = run(["sh", FILES / "unpack.sh", results / ".a.tgz", "a", results])
    report.case("a broken archive changes nothing", [] if done.returncode and (first / "exit_status").exists()
                else [done.stderr])
    shutil.rmtree(root)


BLKTESTS_SAYS = """\
nvme/***                                                     [not run]
    driver nvme is not available
zbd/*** => sda                                               [not run]
    /dev/sda is not a zoned block device
scsi/*** => sda                                              [not run]
    /dev/sda is not a SCSI device
scsi/*** => sdb                                              [not run]
    /dev/sdb is not a SCSI device
"""


def blktests(report):
    """Tests without a result of their own are only skipped when check passed over them."""
    root = Path(tempfile.mkdtemp(prefix="blktests-"))
    tests = {"nvme/001": "test", "zbd/007": "test_device", "scsi/001": "test_device", "scsi/004": "test"}
    for name, function in tests.items():
        (root / "suite/tests" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "suite/tests" / name).write_text(f"{function}() {{\n")
    (root / "bin").mkdir()
    for name, text in {"bin/systemctl": "exit 3", "bin/modprobe": ":", "suite/check": f"cat <<'.'\n{BLKTESTS_SAYS}."}.items():
        (root / name).write_text(f"#!/bin/sh\n{text}\n")
        (root / name).chmod(0o755)
    (root / "tests").write_text("\n".join(tests) + "\n")
    with open(root / "output.log", "w", encoding="utf-8") as log:
        run(["sh", PLAYBOOKS / "roles/blktests/files/suite.sh", "run", "tests"], cwd=root, stdout=log,
            env=environment(BLKTESTS=str(root / "suite"), TEST_DEVS="/dev/sda /dev/sdb", PATH=f"{root / 'bin'}:{os.environ['PATH']}"))
    reasons = {str(path.relative_to(root / "results/nodev")): path.read_text().rpartition("reason\t")[2].strip()
               for path in sorted(root.glob("results/nodev/*/*"))}
    report.case("blktests: a device that lacks something is no reason to skip what runs on another, or on none",
                [] if reasons == {"nvme/001": "driver nvme is not available",
                                  "scsi/001": "/dev/sda is not a SCSI device; /dev/sdb is not a SCSI device"} else [reasons])
    shutil.rmtree(root)


def clean(report):
    """make <workflow>-clean HOSTS=a, and then b."""
    root = Path(tempfile.mkdtemp(prefix="clean-"))
    for place in ("20261121T010000Z/a", "20261121T010000Z/b", "20261121T020000Z/a", "compare"):
        (root / place).mkdir(parents=True)
    for link, target in (("a", "20261121T020000Z/a"), ("b", "20261121T010000Z/b"), ("last-run", "20261121T020000Z")):
        (root / link).symlink_to(target)
    (root / "last-kernel.txt").write_text("6.1\n")
    left = lambda: sorted(str(p.relative_to(root)) for p in root.rglob("*"))
    one = run(["sh", FILES / "clean.sh", root, "a"]), left()
    again = run(["sh", FILES / "clean.sh", root, "a"]), left()
    report.case("clean of a node leaves what other nodes have",
                [] if one[0].returncode == 0 and one[0].stdout and not again[0].stdout
                and one[1] == again[1] == ["20261121T010000Z", "20261121T010000Z/b", "b", "compare"] else [one, again])
    last = run(["sh", FILES / "clean.sh", root, "b"])
    report.case("what is about several nodes goes with the last of them",
                [] if last.returncode == 0 and not left() else [last, left()])
    shutil.rmtree(root)
    root = Path(tempfile.mkdtemp(prefix="mount-"))
    path = stubs(root / "bin", {"mountpoint": '[ -e "$STUBS/mounted" ]', "blkid": 'echo "$LABEL"',
                                "mount": 'echo "$*" >"$STUBS/mounted"'})
    mounted = root / "mounted"

    def mount(label):
        done = run(["sh", PLAYBOOKS / "roles/sysbench/files/mount.sh", "/dev/vdb", "/db", "sysbench_db", "noatime"],
                   env=environment(PATH=path, STUBS=str(root), LABEL=label))
        return done.returncode, done.stdout, mounted.read_text() if mounted.exists() else ""

    told = mount("other"), mount("sysbench_db"), mount("sysbench_db")
    options = "-o noatime,X-mount.mkdir /dev/vdb /db\n"
    report.case("sysbench-clean mounts our file system, once, and no other",
                [] if told == ((0, "", ""), (0, "mounted\n", options), (0, "", options)) else [told])
    shutil.rmtree(root)


def builds(report):
    """Elsewhere than on NixOS suites are built anew when their sources have changed."""
    root = Path(tempfile.mkdtemp(prefix="build-"))
    source, made = root / "source", root / "opt/suite"
    (source / "src/sg").mkdir(parents=True)
    for name in ("src/sg/dxfer-from-dev", "src/sg/syzkaller1", "configure"):
        (source / name).write_text("#!/bin/sh\n")
        (source / name).chmod(0o755)
    (source / "Makefile").write_text(f"dest ?= {made}\nall autotools:\n\t@echo $@ >>{root}/made\n"
                                     "install:\n\t@mkdir -p $(dest)/tests && touch $(dest)/tests/$$(cat version)\n")
    for workflow, words, stamp in (("blktests", [source, made], made), ("gitr", [source], source), ("ltp", [source], made)):
        script = (PLAYBOOKS / f"roles/{workflow}/files/build.sh").read_text().replace("/opt/ltp", str(made))
        told = []
        for commit in ("one", "one", "two"):
            (source / "version").write_text(commit)
            run(["git", "-C", source, "init", "-q"], env=environment())
            run(["git", "-C", source, "add", "."], env=environment())
            done = run(["sh", "-c", script, "sh", *words, commit], env=environment())
            told.append((done.returncode, done.stdout.split()[-1:], (stamp / ".commit").read_text()))
        word = "built" if workflow == "gitr" else "installed"
        tests = sorted(p.name for p in (made / "tests").iterdir()) if made.exists() else []
        report.case(f"{workflow}: built when its sources are others, and then only",
                    [] if told == [(0, [word], "one\n"), (0, [], "one\n"), (0, [word], "two\n")]
                    and (workflow != "blktests" or tests == ["two"] and (made / "src/sg/syzkaller1").exists())
                    else [told, tests, done.stderr])
        shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(root)


def gitr(report):
    """Every group of every pass is on the file system that is configured now."""
    root = Path(tempfile.mkdtemp(prefix="gitr-"))
    (root / "git/t").mkdir(parents=True)
    (root / "git/t/t0001-init.sh").write_text("")
    (root / "git/git").write_text("#!/bin/sh\necho git version 2.48.1\n")
    (root / "git/git").chmod(0o755)
    path = stubs(root / "bin", {"mountpoint": '[ -e "$STUBS/mounted" ]', "umount": 'rm "$STUBS/mounted"', "sync": ":",
                                "mount": '[ ! -e "$STUBS/mounted" ] && echo "$*" | tee -a "$STUBS/mounts" >"$STUBS/mounted"',
                                "prove": ":"})
    (root / "run").mkdir()
    mounted = []
    for fstype, groups, options in (("xfs", "xfs", "defaults"), ("xfs", "xfs", "noatime"), ("tmpfs", "tmpfs", "size=75%"),
                                    ("nfs", "nfs_v42", "sec=sys"), ("nfs", "nfs_v40 nfs_v41", "sec=sys")):
        several = " " in groups
        (root / "run/remaining").write_text("".join(f"{group}/t0001-init\n" if several else "t0001-init\n"
                                                    for group in groups.split()))
        done = run(["sh", PLAYBOOKS / "roles/gitr/files/suite.sh", "run", "remaining"], cwd=root / "run",
                   env=environment(PATH=path, STUBS=str(root), GITR=str(root / "git"), GITR_GROUPS=groups, GITR_SELECTED="",
                                   GITR_THREADS="single", GITR_FSTYPE=fstype, GITR_SOURCE="what", GITR_MNT=str(root / "mnt"),
                                   GITR_MOUNT_OPTS=options, GITR_NODE="a", GITR_USER=str(os.getuid())))
        mounted += [] if done.returncode == 0 else [done.stderr]
    mounted += [re.sub(" what .*", "", line) for line in (root / "mounts").read_text().splitlines()]
    report.case("gitr mounts anew for every group of every pass",
                [] if mounted == ["-t xfs -o defaults", "-t xfs -o noatime", "-t tmpfs -o size=75%",
                                  "-t nfs -o vers=4.2,proto=tcp,sec=sys", "-t nfs -o vers=4.0,proto=tcp,sec=sys",
                                  "-t nfs -o vers=4.1,proto=tcp,sec=sys"] else mounted)
    shutil.rmtree(root)


def play(root, hosts, tasks, servers=(), **variables):
    """Runs tasks on this machine as if it were these nodes, each with a data directory of its own."""
    inventory, book = root / "hosts.json", root / "play.json"
    nodes = lambda names: {"hosts": {name: {"data_path": str(root / name)} for name in names}}
    inventory.write_text(json.dumps({"all": {"children": {"baseline": nodes(hosts), "nfsd": nodes(servers)}, "vars": {
        "ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": "/usr/bin/python3",
        "topdir_path": str(root), **variables}}}))
    book.write_text(json.dumps([{"hosts": "baseline", "gather_facts": False, "tasks": tasks}]))
    done = run(["ansible-playbook", "-i", inventory, book], env=environment(
        ANSIBLE_NOCOLOR="1", ANSIBLE_LOCAL_TEMP=str(root / "ansible"), ANSIBLE_ROLES_PATH=str(PLAYBOOKS / "roles")))
    return done.returncode, done.stdout + done.stderr


def failures(report):
    """RUN_FAILURES=1 on nodes with and without something to run again."""
    root = Path(tempfile.mkdtemp(prefix="failures-"))
    (root / "build").symlink_to(BUILD)
    results = root / "workflows/ltp/results"
    for node, sample in (("fails", "kdevops-fs"), ("passes", "kdevops-cve")):
        shutil.copytree(TOPDIR / "tests/samples/ltp/20261121T031502Z" / sample, results / "20261121T031502Z" / node)
    log = results / "20261121T031502Z/passes/cve/results/cve.log"
    log.write_text(re.sub("exit=.* stat=(1|2|4|11) ", "exit=exited stat=0 ", log.read_text()))
    shutil.copytree(results / "20261121T031502Z/passes", results / "20261121T031502Z/crashes")
    (results / "20261121T031502Z/crashes/crashed").write_text("panic cve/pass01\n")
    # A word that is no test: the run ended without having listed any.
    for name, text in (("exit_status", "1\n"), ("run.json", '{"workflow": "ltp"}\n')):
        (results / "20261121T040000Z/fails").mkdir(parents=True, exist_ok=True)
        (results / "20261121T040000Z/fails" / name).write_text(text)
    tasks = [{"ansible.builtin.import_role": {"name": "test_run", "tasks_from": "failures"},
              "vars": {"test_run_workflow": "ltp"}},
             {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }} runs {{ test_run_failures | join(' ') }} again"}}]
    status, text = play(root, ["fails", "passes", "crashes", "new"], tasks)
    report.case("what failed in the last run that had tests is run again, and a node without takes no part",
                [] if status == 0 and "fails runs fs/fail01 fs/brok01 fs/warn01 fs/sig01 again" in text
                and "crashes runs cve/pass01 again" in text
                and "passes runs" not in text and "new runs" not in text else [text])
    status, text = play(root, ["passes", "new"], tasks)
    report.case("when no node has anything to run again, that is said",
                [] if status and "No test failed in the last run of passes, new" in text else [text])
    shutil.rmtree(root)


def server(report):
    """Clients bring a server of their own up again, which a run is not for."""
    root = Path(tempfile.mkdtemp(prefix="nfsd-"))
    (root / "nfsd").mkdir()
    (root / "nfsd/nfsd.sh").write_text(f'echo "$@" >>{root}/told; echo started nfs-server\n')
    tasks = [{"ansible.builtin.import_role": {"name": "nfsd", "tasks_from": "up"}}]
    status, text = play(root, ["one", "two"], tasks, servers=["serves"], nfsd_directory=str(root / "nfsd"))
    told = (root / "told").read_text() if (root / "told").exists() else ""
    report.case("a server that was restarted serves again", [] if status == 0 and "one -> serves" in text
                and told == f"up {root}/nfsd\n" else [told, text])
    status, text = play(root, ["one"], tasks, servers=["serves"], nfsd_directory=str(root / "nowhere"))
    report.case("a node that is none yet is left alone", [text] if status or "changed=1" in text else [])
    shutil.rmtree(root)


def lint(report):
    scripts = sorted(PLAYBOOKS.rglob("*.sh"))
    for shell in ("dash", "bash"):
        bad = [done.stderr for script in scripts for done in [run([shell, "-n", script])] if done.returncode]
        report.case(f"{len(scripts)} scripts are {shell}'s", bad)
    # Ansible's command replaces variables of the environment in its arguments, and that is how scripts travel.
    replaced = re.compile(r"\$\{?(PWD|HOME|USER|LOGNAME|SHELL|TERM)\b")
    report.case("no script reads what Ansible replaces on the way", [f"{script}: {found[0]}" for script in scripts
                for found in [replaced.search(re.sub(r"^\s*#.*", "", script.read_text(), flags=re.M))] if found])
    books = sorted(PLAYBOOKS.glob("*.yml"))
    for book in books:
        done = run(["ansible-playbook", "--syntax-check", "-i", "localhost,", book], cwd=TOPDIR,
                   env=environment(ANSIBLE_LOCALHOST_WARNING="False"))
        report.case(f"{book.name}: syntax", [done.stdout + done.stderr] if done.returncode else [])
    done = run(["ansible-lint", "--offline", "--parseable", *books], cwd=TOPDIR, timeout=400, env=environment())
    report.case("ansible-lint has nothing to say", [done.stdout + done.stderr] if done.returncode else [])


report = Report()
runner(report)
endings(report)
current(report)
unpack(report)
blktests(report)
clean(report)
builds(report)
gitr(report)
failures(report)
server(report)
lint(report)
report.finish()
