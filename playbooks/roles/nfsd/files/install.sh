# SPDX-License-Identifier: GPL-2.0-or-later
# Writes directory $1: nfsd.sh $2, the server's settings $3, exports (each a name and a text); brings the
# server up. Other workflows' exports stay.
mkdir -p "$1/exports" && directory=$1 || exit
printf '%s\n' "$2" >"$1/nfsd.sh" && printf '%s\n' "$3" >"$1/server" || exit
shift 3
while [ $# -ge 2 ]; do
  printf '%s\n' "$2" >"$directory/exports/$1" || exit
  shift 2
done
exec sh "$directory/nfsd.sh" up "$directory"
