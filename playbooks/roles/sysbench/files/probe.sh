# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node before anything else, in one round trip, as NAME=value lines.
# $1 configured PostgreSQL user, $2 telemetry directory, the rest: programs that must be there
user=$1 telemetry=$2
shift 2
if [ -z "$user" ] || [ "$user" = root ] || ! id -u "$user" >/dev/null 2>&1; then user=$(id -un); fi
echo "user=$user"
echo "processors=$(nproc)"
[ ! -e /etc/NIXOS ] || echo nixos=yes
# Debian keeps the server's programs beside PATH; the newest release wins.
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -d "$bin" ] || bin=
echo "bin=$bin"
PATH=${bin:+$bin:}$PATH:/usr/sbin:/sbin
for program; do
  command -v "$program" >/dev/null || echo "missing=$program"
done
for run in "$telemetry"/20*T*Z; do
  [ ! -d "$run" ] || echo "run=${run##*/}"
done
