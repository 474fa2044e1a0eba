# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node, in one round trip, as NAME=value lines.
# $1 where the tests are on other systems than NixOS, $2 in a shared tree or empty, the rest: programs
suite=$1 source=tree
if [ -e /etc/NIXOS ]; then
  echo nixos=yes
  suite=/run/current-system/sw/lib/kselftests source=closure
fi
[ -z "$2" ] || suite=$2 source=share
shift 2
PATH=$PATH:/usr/sbin:/sbin
echo "suite=$suite"
echo "source=$source"
[ -e "$suite/run_kselftest.sh" ] || echo "missing=$suite/run_kselftest.sh"
for program; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
exit 0
