# SPDX-License-Identifier: GPL-2.0-or-later
# On the controller: packs what mmtests logged in the newest collected runs of nodes $2 and $3 below
# results $1, and prints the archive's path.
cd "$1" || exit
for node in "$2" "$3"; do
  [ -d "$node/work/log" ] || {
    echo "$node: no collected run below $1: make mmtests-baseline mmtests-dev" >&2
    exit 1
  }
done
new=$(pwd)/.compare
rm -rf "$new" && mkdir -p "$new" || exit
for node in "$2" "$3"; do
  # One run's logs have one name, unless it was interrupted.
  log=$(find "$node/work/log/" -mindepth 1 -maxdepth 1 -type d ! -name '*.rest' | head -n 1)
  cp -r "$log" "$new/$node" || exit
done
printf '%s\n' "$2" "$3" >"$new/names.txt"
tar -czf "$new.tgz" -C "$new" . && rm -rf "$new" && echo "$new.tgz"
