#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A stand-in for mmtests's graph-mmtests.sh: page fault latencies of several runs, drawn with gnuplot.
set -u
directory='' benchmark='' names='' format=png output='' title=''
while [[ $# -gt 0 ]]; do
  case $1 in
  -d) directory=$2 && shift 2 ;;
  -b) benchmark=$2 && shift 2 ;;
  -n) names=$2 && shift 2 ;;
  --format) format=$2 && shift 2 ;;
  --output) output=$2 && shift 2 ;;
  --title) title=$2 && shift 2 ;;
  --sort-samples | --sort-samples-reverse) shift ;;
  *) echo "graph-mmtests.sh: unknown option $1" >&2 && exit 1 ;;
  esac
done
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
plots=()
for name in ${names//,/ }; do
  gzip -dc "$directory/$name"/iter-*/"$benchmark"/logs/threads-*.log.gz | awk '/^fault / {print $4}' | sort -n >"$scratch/$name" || exit
  plots+=("'$scratch/$name' using 0:1 with lines title '$name'")
done
case $format in
png) terminal=png ;;
*) terminal=svg ;;
esac
{
  printf 'set terminal %s size 1024,768\nset output "%s.%s"\n' "$terminal" "$output" "$format"
  printf 'set title "%s"\nset ylabel "microseconds"\nset xlabel "samples, sorted"\n' "$title"
  (IFS=,; printf 'plot %s\n' "${plots[*]}")
} | gnuplot
