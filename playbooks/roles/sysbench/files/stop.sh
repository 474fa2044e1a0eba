# SPDX-License-Identifier: GPL-2.0-or-later
# Stops the server of cluster $1, if it runs.
pg_ctl --pgdata="$1" status >/dev/null || exit 0
pg_ctl --pgdata="$1" --mode=fast --timeout=300 stop && echo "stopped $1"
