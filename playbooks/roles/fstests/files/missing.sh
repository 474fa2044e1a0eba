# SPDX-License-Identifier: GPL-2.0-or-later
# Prints what this node lacks: the suite (a program, or built at $1), programs, and behind -- accounts.
command -v xfstests-check >/dev/null || [ -x "$1/check" ] || echo xfstests
shift
while [ "$1" != -- ]; do
  command -v "$1" >/dev/null || echo "$1"
  shift
done
shift
for user; do
  getent passwd "$user" >/dev/null || echo "user $user"
done
