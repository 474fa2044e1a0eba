# SPDX-License-Identifier: GPL-2.0-or-later
# A data directory of MySQL or MariaDB in $1 with InnoDB pages of $2 bytes, unless there is one. It is
# made beside its place and moved there, so an interrupted one is never taken for whole.
[ ! -e "$1.page_size" ] || [ "$(cat "$1.page_size")" != "$2" ] || exit 0
rm -rf "$1" "$1.new" "$1.page_size" && mkdir -m 0700 "$1.new" || exit
if program=$(command -v mariadb-install-db); then
  # Its tables of help and time zones lie beside the server, wherever that is.
  server=$(readlink -f "$(command -v mariadbd)")
  "$program" --no-defaults --basedir="${server%/*/*}" --datadir="$1.new" --innodb-page-size="$2" \
    --auth-root-authentication-method=normal --skip-test-db >"$1.log" 2>&1
else
  mysqld --no-defaults --initialize-insecure --datadir="$1.new" --innodb-page-size="$2" >"$1.log" 2>&1
fi || {
  status=$?
  tail -n 20 "$1.log" >&2
  exit $status
}
mv "$1.new" "$1" && echo "$2" >"$1.page_size" && echo "made $1"
