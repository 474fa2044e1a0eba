# SPDX-License-Identifier: GPL-2.0-or-later
# On the controller: unpacks archive $1 of node $2 into the results $3, each run whole or not at all;
# what nixos-vm watch left there of a crash stays. Then the links, and the kernel.
new=$3/.$2.new
rm -rf "$new" && mkdir -p "$new" && tar -xzf "$1" -C "$new" || exit
for run in "$new"/*; do
  name=${run##*/}
  place=$3/$name/$2
  mkdir -p "$place" || exit
  for kept in "$place"/crash-*.txt "$place"/console-*.log; do
    [ ! -e "$kept" ] || cp -p "$kept" "$run/" || exit
  done
  # Crash for crash the same on both sides; the last ones may not have reached the node.
  if [ -e "$place/crashed" ]; then
    touch "$run/crashed" && tail -n "+$(($(wc -l <"$run/crashed") + 1))" "$place/crashed" >>"$run/crashed" || exit
  fi
  rm -rf "$place" && mv "$run" "$place" || exit
done
rm -rf "$new" "$1"
# The node's newest run, and the newest of all: what came may be older. Set in one step, for other nodes do
# the same at this moment.
own=$(cd "$3" && printf '%s\n' 2*T*Z/"$2" | sort | tail -n 1)
ln -sn "$own" "$3/.$2.link" && mv -T "$3/.$2.link" "$3/$2" || exit
newest=$(cd "$3" && printf '%s\n' 2*T*Z | sort | tail -n 1)
ln -sn "$newest" "$3/.$2.last" && mv -T "$3/.$2.last" "$3/last-run" || exit
[ "$own" != "$newest/$2" ] || sed -n 's/.*"kernel": "\([^"]*\)".*/\1/p' "$3/$own/run.json" >"$3/last-kernel.txt"
