# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node, in one round trip, as NAME=value lines.
# $1 where git is built on other systems than NixOS, the rest: programs that the tests need
suite=$1
shift
if [ -e /etc/NIXOS ]; then
  echo nixos=yes
  suite=/run/current-system/sw/lib/git-testsuite
fi
PATH=$PATH:/usr/sbin:/sbin
echo "suite=$suite"
echo "version=$("$suite/git" version 2>/dev/null | cut -d' ' -f3)"
[ -x "$suite/t/helper/test-tool" ] || echo "missing=$suite/t/helper/test-tool"
for program; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
exit 0
