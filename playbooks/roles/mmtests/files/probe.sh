# SPDX-License-Identifier: GPL-2.0-or-later
# What is missing of suite $1, device $2 (if any) and mkfs of $3; status 1 if anything is.
missing=0
lacks() {
  echo "$*"
  missing=1
}
[ -x "$1/run-mmtests.sh" ] || lacks "there is no $1/run-mmtests.sh"
for program in bash perl gzip vmstat time awk; do
  command -v "$program" >/dev/null || lacks "there is no program $program"
done
if [ -n "$2" ]; then
  [ -b "$2" ] || lacks "$2 is not a block device"
  command -v "mkfs.$3" >/dev/null || [ -x "/usr/sbin/mkfs.$3" ] || lacks "there is no mkfs.$3"
fi
exit $missing
