# SPDX-License-Identifier: GPL-2.0-or-later
# On the controller: removes what node $2 has in the results $1, and prints it; what other nodes have stays.
cd "$1" 2>/dev/null || exit 0
for place in 2*T*Z/"$2" "$2"; do
  { [ ! -e "$place" ] && [ ! -L "$place" ]; } || { rm -rf "$place" && echo "$place"; } || exit
done
# Other nodes may do the same at this moment.
rmdir --ignore-fail-on-non-empty 2*T*Z 2>/dev/null
[ -e last-run/. ] || rm -f last-run last-kernel.txt
for run in 2*T*Z; do [ -e "$run" ] || rm -rf compare report.html; done
