# SPDX-License-Identifier: GPL-2.0-or-later
# What the role asks a node before anything else, in one round trip, as NAME=value lines.
# $1 the server's configured user, the rest: programs that must be there, a|b: either of them
user=$1
shift
if [ -z "$user" ] || [ "$user" = root ] || ! id -u "$user" >/dev/null 2>&1; then user=$(id -un); fi
echo "user=$user"
echo "processors=$(nproc)"
[ ! -e /etc/NIXOS ] || echo nixos=yes
# Debian keeps PostgreSQL's programs beside PATH; the newest release wins.
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
[ -d "$bin" ] || bin=
echo "bin=$bin"
PATH=${bin:+$bin:}$PATH:/usr/sbin:/sbin
echo "path=$PATH"
for program; do
  found=
  for name in $(echo "$program" | tr '|' ' '); do
    ! command -v "$name" >/dev/null || found=$name
  done
  [ -n "$found" ] || echo "missing=$program"
done
