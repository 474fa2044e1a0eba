#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node's NixOS can become besides a libvirt guest: the make targets against programs that only
play Nix, ssh and nixos-rebuild; and every output evaluated against the stand-in for nixpkgs, with flakes
and without."""

import json
import os
import shutil
import tempfile
from pathlib import Path

from harness import BUILD, TOPDIR, ConfigRoom, Report, environment, fresh_copy, generate, make_environment, run

# Plays every program by the name it is called by. Each call is a line of calls.json.
PLAYER = r'''#!/usr/bin/python3
import json, os, sys
name, words = os.path.basename(sys.argv[0]), sys.argv[1:]
room = os.environ["PLAY"]
given = sys.stdin.read() if name == "ssh" else ""
with open(room + "/calls.json", "a") as log:
    log.write(json.dumps({"name": name, "words": words, "given": given,
                          "sshopts": os.environ.get("NIX_SSHOPTS", "")}) + "\n")

RUN = """#!/bin/sh
echo "disk=$NIX_DISK_IMAGE net=$QEMU_NET_OPTS params=$QEMU_KERNEL_PARAMS opts=$QEMU_OPTS"
echo "kernel=$NIXPKGS_QEMU_KERNEL_sysbench words=$*"
: >"$NIX_DISK_IMAGE"
"""

def build(output):
    out = f"{room}/store/{'0' * 32}-{output}"
    os.makedirs(out + "/bin", exist_ok=True)
    for script, text in (("run-sysbench-vm", RUN), ("nixos-test-driver", "#!/bin/sh\necho driver started\n")):
        with open(f"{out}/bin/{script}", "w") as file:
            file.write(text)
        os.chmod(file.name, 0o755)
    return out

if name == "nix" and words == ["--version"]:
    print("nix (Nix) 2.26.3")
elif name == "nix" and "flake" in words:
    for word in words:
        if word.startswith("path:"):
            open(word[5:] + "/flake.lock", "w").write("{}\n")
elif name == "nix" and "build" in words:
    refs = [w for w in words if w.startswith("path:")]
    print(json.dumps([{"outputs": {"out": build(r.rsplit(".", 1)[1])}} for r in refs]))
elif name == "nix" and "repl" in words:
    print("repl started")
elif name == "nix-build":
    print(build(words[words.index("--attr") + 1]))
elif name == "nix-store" and "--add-root" in words:
    link = words[words.index("--add-root") + 1]
    if os.path.islink(link):
        os.remove(link)
    os.symlink(words[words.index("--realise") + 1], link)
elif name == "ssh":
    target = words[-3]
    if target.startswith("kdevops@"):
        sys.exit(print("Permission denied (publickey).", file=sys.stderr) or 255)
    if target == "lab3":
        sys.exit(print("ssh: connect to host lab3 port 22: Connection timed out", file=sys.stderr) or 255)
    if "nixos-generate-config" in given:
        print("{ ... }:\n{\n  fileSystems.\"/\".device = \"/dev/disk/by-label/" + target + "\";\n}")
    elif "/etc/NIXOS" in given:
        print(("" if target == "lab2" else "nixos=yes\n") + "root=yes\nuser=root\nmachine=x86_64\nfirmware=uefi\n"
              "esp=/boot\nkey=ssh-ed25519 AAAA admin")
'''


class Make:
    def __init__(self, report):
        self.report = report
        self.tree = fresh_copy("nixos")
        self.play = self.tree.parent / "nixos-play"
        self.borrow_tools()
        shutil.rmtree(self.play, ignore_errors=True)
        (self.play / "home").mkdir(parents=True)
        (self.play / "bin").mkdir()
        for name in ("nix", "nix-build", "nix-store", "ssh", "nixos-rebuild"):
            (self.play / "bin" / name).write_text(PLAYER)
            (self.play / "bin" / name).chmod(0o755)

    def borrow_tools(self):
        """The tools under test, as if this copy had built them: building is what make.py tests."""
        build = self.tree / "build"
        build.mkdir(exist_ok=True)
        for tool in BUILD.glob("nixos-*"):
            if tool.is_file():
                shutil.copy2(tool, build)
        (build / "site.mk").write_text(f"built_site := {self.tree} {self.tree}\n")
        for stamp in ("build.ninja", ".defconfig-tool", ".generator", ".tools"):
            (build / stamp).touch()

    def __call__(self, *words, **changes):
        env = make_environment(self.tree, HOME=str(self.play / "home"), PLAY=str(self.play),
                               PATH=f"{self.play / 'bin'}:{os.environ['PATH']}", **changes)
        env.setdefault("CCACHE_DIR", str(Path.home() / ".cache/ccache"))
        (self.play / "calls.json").write_text("")
        return run(["make", *words], cwd=self.tree, env=env, timeout=900)

    def calls(self, name):
        lines = (self.play / "calls.json").read_text().splitlines()
        return [c for c in map(json.loads, lines) if c["name"] == name]

    def configure(self, defconfig, *settings, **changes):
        made = self(f"defconfig-{defconfig}", *[f"{k}={v}" for k, v in changes.items()])
        with (self.tree / ".config").open("a") as config:
            config.writelines(f"CONFIG_{s}\n" for s in settings)
        self("olddefconfig")
        return made

    def says(self, name, done, *words, status=0):
        text = done.stdout + done.stderr
        problems = [] if (done.returncode == 0) == (status == 0) else [f"exit {done.returncode}"]
        problems += [f"does not say {w!r}" for w in words if w not in text]
        return self.report.case(name, [*problems, text[-2000:]] if problems else [])

    def nixos_run(self):
        node = json.loads((self.tree / "nixos/generated/plan.json").read_text())["nodes"][0]["name"]
        disk = self.tree / f"nixos/run/{node}.qcow2"
        done = self("nixos-run", f"VM={node}", QEMU_KERNEL_PARAMS="nokaslr", QEMU_OPTS="-s",
                    QEMU_NET_OPTS="hostfwd=tcp::8080-:80")
        self.says("nixos-run starts the node's run script, its state below the tree", done, f"disk={disk}",
                  f"net=hostname={node},hostfwd=tcp:127.0.0.1:", "-:22,hostfwd=tcp::8080-:80", "params=console=ttyS0 nokaslr",
                  "opts=-s", "words=-nographic", "ssh -p ")
        done = self("nixos-run", "GRAPHIC=1")
        self.says("a window when it is asked for", done, "words=")
        self.report.case("and no terminal then", [done.stdout] if "-nographic" in done.stdout else [])
        (self.tree / "bzImage").write_text("")
        self.says("KERNEL= boots another kernel, from any directory", self("nixos-run", "KERNEL=bzImage"),
                  f"kernel={self.tree}/bzImage")
        self.says("a kernel that is not there is refused", self("nixos-run", "KERNEL=nothing"), "nothing", status=1)
        self.says("a node that is not there is refused by name, with those there are", self("nixos-run", "VM=nobody"),
                  "nobody", node, status=1)
        self.report.case("the state stays", [] if disk.exists() else ["it is gone"])
        self.says("nixos-run-clean removes it and says what", self("nixos-run-clean"), str(disk))
        self.report.case("it is gone", ["it is there"] if disk.exists() else [])
        self.says("nixos-run-clean with nothing to do", self("nixos-run-clean"))
        (self.tree / "bzImage").unlink()

    def outputs(self):
        for target, output in (("nixos-image", "qcow2"), ("nixos-iso", "iso"), ("nixos-test", "test")):
            self.says(f"{target} says where it is", self(target), f"{'0' * 32}-{output}")
        self.says("FORMAT= chooses", self("nixos-image", "FORMAT=raw-efi"), f"{'0' * 32}-raw-efi")
        self.says("a format that does not exist is refused", self("nixos-image", "FORMAT=vdi"), "raw-efi", status=2)
        self.says("SYSTEM= that does not exist is refused", self("nixos-iso", "SYSTEM=nosuch"), "nosuch", status=1)
        self.says("nixos-test-interactive becomes the driver", self("nixos-test-interactive"), "driver started")
        self.says("nixos-repl has the system's file", self("nixos-repl"), "repl started")
        words = self.calls("nix")[-1]["words"]
        self.report.case("and gives it to nix repl",
                         [] if words[-1].endswith("nixos/generated/sysbench/repl.nix") else [words])
        told = self("help").stdout
        self.report.case("help names them", [t for t in ("nixos-run", "nixos-test", "nixos-image", "nixos-iso",
                                                         "nixos-repl", "deploy") if t not in told])
        (self.tree / "tests/nixos/mine.py").write_text("pass\n")
        self()
        fleet = (self.tree / "nixos/generated/sysbench/fleet.nix").read_text()
        self.report.case("a script of the user's becomes part of the test without further ado",
                         [] if "user/mine.py" in fleet else [fleet])
        (self.tree / "tests/nixos/mine.py").unlink()

    def flakeless(self):
        self.configure("nixos-sysbench", "NIXOS_USE_FLAKES=n")
        self.says("without flakes nix-build makes it", self("nixos-run"), "words=-nographic")
        calls = self.calls("nix-build")
        self.report.case("from packages.nix and the channel",
                         [] if calls and "nixpkgs=channel:nixos-" in " ".join(calls[0]["words"]) else [calls])

    def deploy(self):
        self.says("without declared hosts there is nothing to deploy to", self("deploy"), "CONFIG_NIXOS_DEPLOY",
                  status=1)
        self.configure("nixos-sysbench", "NIXOS_DEPLOY=y", DECLARED_HOSTS="lab1 lab2 lab3")
        done = self("deploy")
        self.says("every host gets its verdict, and one that fails fails the whole", done, "ok      lab1",
                  "failed  lab2: it does not run NixOS", "failed  lab3: no login by SSH", "Connection timed out", status=1)
        hosts = self.tree / "nixos/hosts"
        self.report.case("what only the machine knows is kept", [
            str(p) for p in (hosts / "lab1/hardware-configuration.nix", hosts / "lab1/boot-loader.nix") if not p.exists()])
        self.report.case("nothing is kept of machines that cannot be deployed to",
                         [p.name for p in hosts.iterdir() if p.name != "lab1"])
        rebuilds = [c for c in self.calls("nixos-rebuild") if "switch" in c["words"]]
        self.report.case("nixos-rebuild switches the one machine",
                         [] if len(rebuilds) == 1 and rebuilds[0]["words"][-2:] == ["--target-host", "lab1"] and
                         "BatchMode=yes" in rebuilds[0]["sshopts"] else [rebuilds])
        (hosts / "lab1/boot-loader.nix").write_text("{ mine = 1; }\n")
        self.says("HOSTS= chooses", self("deploy", "HOSTS=lab1"), "ok      lab1")
        self.report.case("what is kept is the user's",
                         [] if "mine" in (self.tree / "nixos/generated/lab1/boot-loader.nix").read_text() else ["replaced"])
        self.says("a host that is not declared is refused", self("deploy", "HOSTS=lab9"), "lab9", "lab1", status=1)
        self.says("DEPLOY_USER= logs in as", self("deploy", "HOSTS=lab1", "DEPLOY_USER=root"), "ok      lab1")
        self.report.case("and as nobody else",
                         [c["words"][-3] for c in self.calls("ssh") if c["words"][-3] != "root@lab1"])
        self.says("a declared machine can be tried first", self("nixos-run", "VM=lab1"), "words=-nographic")
        self.says("one that was never asked cannot", self("nixos-run", "VM=lab2"), "make deploy HOSTS=lab2", status=1)
        self("mrproper")
        self.report.case("mrproper keeps nixos/hosts",
                         [] if (hosts / "lab1/hardware-configuration.nix").exists() else ["it is gone"])
        shutil.rmtree(hosts)


def evaluations(report):
    """Every output of one system against the stand-in, by this host's Nix."""
    if shutil.which("nix-instantiate") is None:
        report.case("there is a Nix", ["install it with: make deps"])
        return
    with tempfile.TemporaryDirectory(prefix="kdevops-nixos-") as scratch:
        scratch = Path(scratch)
        room = ConfigRoom(scratch / "kconfig")
        env = environment(NIX_STORE_DIR=f"{scratch}/store", NIX_STATE_DIR=f"{scratch}/state", NIX_LOG_DIR=f"{scratch}/log",
                          NIX_CONF_DIR=str(scratch), NIX_REMOTE="", XDG_CACHE_HOME=f"{scratch}/cache",
                          NIX_CONFIG="experimental-features = nix-command flakes\nbuild-users-group =\n"
                                     "sandbox = false\nsubstituters =\n")
        search = ["-I", f"nixpkgs={TOPDIR}/nixos/standin"]
        (scratch / "module.nix").write_text(
            "{ nixos-flake, lib, ... }: { imports = [ nixos-flake.nixosModules.profiles.build-tools ]; }\n")
        systems = {}
        for name, flakes in (("with", "y"), ("without", "n")):
            config = room.defconfig("nixos-sysbench", scratch / f"{name}.config",
                                    "NIXOS_NIXPKGS_URL=path:nixos/standin", f"NIXOS_USE_FLAKES={flakes}",
                                    f"NIXOS_CUSTOM_CONFIG_PATH={scratch}/module.nix")
            made = generate(config, scratch / name, topdir=TOPDIR)
            report.case(f"generates {name} flakes", [made.stderr] if made.returncode else [])
            system = systems[name] = scratch / name / "nixos/generated/sysbench"
            # nixos-build puts these there.
            shutil.copy(TOPDIR / "tests/nix/fixtures/authorized_keys", system)
            (system / "custom").mkdir()
            shutil.copy(scratch / "module.nix", system / "custom/default.nix")

        outputs = ["toplevel", "image", "vm", "qcow2", "raw", "raw-efi", "kernel-dev", "iso", "test", "test-driver"]
        flake = run(["nix", "eval", "--json", f"path:{systems['with']}#packages.x86_64-linux", "--apply",
                     "builtins.mapAttrs (_: p: p.drvPath)"], env=env, timeout=600)
        drvs = json.loads(flake.stdout) if flake.returncode == 0 else {}
        report.case("the flake has every output", [flake.stderr[-3000:]] if flake.returncode else
                    sorted(set(outputs) ^ set(drvs)))
        check = run(["nix", "eval", "--raw", f"path:{systems['with']}#checks.x86_64-linux.fleet.drvPath"], env=env,
                    timeout=600)
        report.case("the test is the check `fleet`",
                    [] if check.returncode == 0 and check.stdout == drvs.get("test") else [check.stdout + check.stderr[-2000:]])

        attributes = [word for output in outputs for word in ("-A", output)]
        made = run(["nix-instantiate", "packages.nix", *attributes, *search], cwd=systems["without"], env=env,
                   timeout=600)
        by_attribute = dict(zip(outputs, made.stdout.split()))
        report.case("and so have packages without flakes", [made.stderr[-3000:]] if made.returncode else
                    sorted(set(outputs) - set(by_attribute)))
        report.case("both make the same toplevel",
                    [] if by_attribute.get("toplevel") == drvs.get("toplevel") else [by_attribute, drvs])
        by_hand = run(["nix-instantiate", "<nixpkgs/nixos>", "-A", "config.system.build.toplevel", "-I",
                       "nixos-config=./configuration.nix", *search], cwd=systems["without"], env=env, timeout=600)
        report.case("so is what nix-build '<nixpkgs/nixos>' makes of configuration.nix",
                    [] if by_hand.stdout.strip() == drvs.get("toplevel") else [by_hand.stdout, by_hand.stderr[-2000:]])

        # A foreign library that wants more than nixpkgs cannot be had without flakes, and says what.
        library = scratch / "library"
        library.mkdir()
        (library / "flake.nix").write_text(
            '{ inputs.disko.url = "github:nix-community/disko"; outputs = { self, nixpkgs, disko }: { }; }\n')
        sources = systems["without"] / "sources.nix"
        sources.write_text(sources.read_text().replace(f"{TOPDIR}/nixos/flake", str(library)))
        refused = run(["nix-instantiate", "packages.nix", "-A", "toplevel", *search], cwd=systems["without"], env=env)
        report.case("a library with inputs that need flakes is refused by their names",
                    [] if refused.returncode and "disko" in refused.stderr else [refused.stderr[-2000:]])

        run(["chmod", "-R", "u+w", scratch / "store"])


def main():
    report = Report()
    evaluations(report)
    make = Make(report)
    if make.says("configures", make.configure("nixos-sysbench")) and make.says("generates", make()):
        make.nixos_run()
        make.outputs()
        make.flakeless()
        make.deploy()
    # No guest of it can be left, and a copy that is found here would be built to look for some.
    shutil.rmtree(make.tree)
    report.finish()


main()
