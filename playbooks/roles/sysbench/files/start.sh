# SPDX-License-Identifier: GPL-2.0-or-later
# Starts the server of cluster $1 with an empty log $2; first ends one that an interrupted run left.
! pg_ctl --pgdata="$1" status >/dev/null || pg_ctl --pgdata="$1" --mode=fast --timeout=300 stop || exit
rm -f "$2"
pg_ctl --pgdata="$1" --log="$2" --timeout=300 start && exit
status=$?
tail -n 20 "$2" >&2
exit $status
