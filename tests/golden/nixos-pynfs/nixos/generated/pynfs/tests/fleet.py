# SPDX-License-Identifier: GPL-2.0-or-later
# Every node boots and is what Ansible expects: reachable by SSH, with Python, and a user who may
# become root. Known here: user, ssh_port, and all that a NixOS test knows (machines, subtest, ...).


def fleet_answers():
    for each in machines:
        each.wait_for_unit("multi-user.target")
        each.wait_for_open_port(ssh_port)
        each.succeed("test -e /etc/NIXOS", "python3 --version")
        each.succeed(f"su - {user} -c 'sudo -n true'")


start_all()
with subtest("every node boots"):
    fleet_answers()
