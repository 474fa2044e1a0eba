# SPDX-License-Identifier: GPL-2.0-or-later
# On the controller: unpacks archive $1 of node $2 into the results $3, each run whole or not at all;
# what nixos-vm watch left there of a crash stays. Then the links, and the kernel $4.
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
# The newest run, whichever node had it; set in one step, for other nodes do the same at this moment.
ln -sn "$name/$2" "$3/.$2.link" && mv -T "$3/.$2.link" "$3/$2" || exit
newest=$(cd "$3" && printf '%s\n' 2*T*Z | sort | tail -n 1)
ln -sn "$newest" "$3/.$2.last" && mv -T "$3/.$2.last" "$3/last-run" || exit
echo "$4" >"$3/last-kernel.txt"
