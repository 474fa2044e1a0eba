# SPDX-License-Identifier: GPL-2.0-or-later
# Replaces archive $1 of two nodes' logs by one of their comparison: suite $2, benchmark $3.
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/log" "$scratch/out" && tar -xzf "$1" -C "$scratch/log" || exit
names=$(paste -s -d, "$scratch/log/names.txt")
cd "$2" || exit
bin/compare-mmtests.pl --directory "$scratch/log" --benchmark "$3" --names "$names" >"$scratch/out/comparison.txt" || exit
cat "$scratch/out/comparison.txt"
{
  echo "<!DOCTYPE html><meta charset=\"utf-8\"><title>$3: $names</title><h1>$3: $names</h1>"
  bin/compare-mmtests.pl --directory "$scratch/log" --benchmark "$3" --names "$names" --format html
} >"$scratch/out/comparison.html" || exit
for kind in '' --sort-samples-reverse; do
  graph=graph-$3${kind:+-sorted}
  # shellcheck disable=SC2086 # an option or none
  bin/graph-mmtests.sh -d "$scratch/log" -b "$3" -n "$names" --format png --output "$scratch/out/$graph" \
    --title "$3" $kind >&2 || echo "$graph: not drawn" >&2
  [ ! -s "$scratch/out/$graph.png" ] ||
    printf '<p><img alt="%s" src="data:image/png;base64,%s">\n' "$graph" "$(base64 -w 0 "$scratch/out/$graph.png")" \
      >>"$scratch/out/comparison.html"
done
tar -czf "$1" -C "$scratch/out" .
