# SPDX-License-Identifier: GPL-2.0-or-later
# Writes directory $1 of a run: its record $2 unless it has one, runner $3, adapter $4, environment $5,
# crashes $6 that the controller knows of, and files, each a name and a text; makes it the current run
# and starts it.
mkdir -p "$1" && cd "$1" || exit
run=$1
[ -e run.json ] || printf '%s\n' "$2" >run.json || exit
printf '%s\n' "$3" >runner.sh && printf '%s\n' "$4" >suite.sh && printf '%s\n' "$5" >environment || exit
printf '%s\n' "$6" | while read -r verdict test; do
  [ -z "$test" ] || sh runner.sh crashed "$verdict" "$test" || exit
done
shift 6
while [ $# -ge 2 ]; do
  printf '%s\n' "$2" >"$1" || exit
  shift 2
done
ln -sfn "${run##*/}" ../current && sh runner.sh start
