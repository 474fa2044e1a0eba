# SPDX-License-Identifier: GPL-2.0-or-later
# Runs on the controller: unpacks the archive on standard input as directory $1, whole or not at all.
rm -rf "$1.new" && mkdir -p "$1.new" &&
  base64 -d | tar -xzf - -C "$1.new" && [ -n "$(ls "$1.new")" ] &&
  rm -rf "$1" && mv "$1.new" "$1"
