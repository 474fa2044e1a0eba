# SPDX-License-Identifier: GPL-2.0-or-later
# Scripts of test suites, and Ansible roles that run them, name /bin/bash.
{ pkgs, ... }:
{
  systemd.tmpfiles.rules = [ "L+ /bin/bash - - - - ${pkgs.bash}/bin/bash" ];
}
