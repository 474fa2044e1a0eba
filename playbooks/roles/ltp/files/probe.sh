# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node, in one round trip, as NAME=value lines.
[ ! -e /etc/NIXOS ] || echo nixos=yes
PATH=$PATH:/usr/sbin:/sbin
echo "version=$(cat /opt/ltp/.commit 2>/dev/null || cat /opt/ltp/Version 2>/dev/null)"
[ -x /opt/ltp/runltp ] || echo "missing=/opt/ltp/runltp"
for program in awk exportfs rpcinfo; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
