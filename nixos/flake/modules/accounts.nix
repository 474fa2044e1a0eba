# SPDX-License-Identifier: GPL-2.0-or-later
# Accounts that other distributions have and tests become. NixOS has none of them; low numbers are taken
# (2 is kmem), and tests look at names only.
{
  users.groups = {
    sys.gid = 501;
    daemon.gid = 502;
    bin.gid = 503;
  };
  users.users = {
    daemon = {
      isSystemUser = true;
      group = "daemon";
      # Tests use su, which the nologin shell of system users refuses.
      useDefaultShell = true;
    };
    bin = {
      isSystemUser = true;
      group = "bin";
      useDefaultShell = true;
    };
  };
}
