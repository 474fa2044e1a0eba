# SPDX-License-Identifier: GPL-2.0-or-later
# A database cluster in $1, unless there is one. It is made beside its place and moved there, so an
# interrupted initdb is never taken for a cluster.
[ ! -e "$1/PG_VERSION" ] || exit 0
rm -rf "$1" "$1.new" &&
  initdb --pgdata="$1.new" --auth=trust --encoding=UTF8 --locale=C &&
  mv "$1.new" "$1" &&
  echo "made $1"
