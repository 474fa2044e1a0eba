# SPDX-License-Identifier: GPL-2.0-or-later
# What is known of the newest run below $1, as JSON: {"run", "ended", "active", "record"}. Mounts the
# data file system $2 labelled $3 first: a reboot leaves it unmounted.
if [ -n "$3" ] && ! mountpoint -q "$2" && [ -e "/dev/disk/by-label/$3" ]; then
  mount -o X-mount.mkdir "LABEL=$3" "$2" || exit
fi
run=
if [ -e "$1/current/run.json" ]; then run=$(basename "$(readlink -f "$1/current")"); fi
ended=false
if [ -e "$1/current/exit_status" ]; then ended=true; fi
active=false
if systemctl --quiet is-active "kdevops-$4"; then active=true; fi
printf '{"run": "%s", "ended": %s, "active": %s, "kernel": "%s", "record": ' "$run" $ended $active "$(uname -r)"
if [ -n "$run" ]; then cat "$1/current/run.json"; else echo null; fi
printf ', "runs": {'
separator=
for record in "$1"/2*/run.json; do
  [ -e "$record" ] || continue
  directory=${record%/run.json}
  printf '%s"%s": %s' "$separator" "${directory##*/}" "$([ -e "$directory/exit_status" ] && echo true || echo false)"
  separator=', '
done
echo '}}'
