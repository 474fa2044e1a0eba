# SPDX-License-Identifier: GPL-2.0-or-later
# Everything else worth keeping of a run, into directory $1: cluster $2, server log $3. One missing
# log is no reason to lose the others.
cd "$1" || exit
dmesg >dmesg.txt 2>&1
cat "$3" >postgresql.log
cat "$2/postgresql.conf" >postgresql.conf
pg_controldata --pgdata="$2" >controldata.log 2>&1
grep '^\[ *[0-9]*s \]' sysbench_output.txt >sysbench_tps.txt
exit 0
