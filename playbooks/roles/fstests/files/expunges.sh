#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Which tests are left out, as lines of "section test # list": of expunge directory $1, for kernel $2 with
# local version $3, distribution $4 of version $5, file system $6, groups $7, tests of large disks $8
# (True or False), sections $9...
cd "$1" 2>/dev/null || exit 0
kernel=$2 local=$3 os=$4 version=$5 fs=$6 groups=$7 large=$8
shift 8

add() { # section, list
  [ ! -f "$2" ] || sed -n "s|#.*||; s|^\([a-z0-9]*/[0-9][^ ]*\).*|$1 \1 # $2|p" "$2"
}

# A kernel's lists hold for it with and without + and local version.
kernels=$(printf '%s\n' "$kernel" "${kernel%+}" "${kernel%"$local"}" "${kernel%+"$local"}" "${kernel%"$local"+}" | sort -u)
for section; do
  [ "$large" = True ] || add "$section" any/large-disk.txt
  case ,$groups, in *,quick,*) add "$section" any/over-10s.txt ;; esac
  for place in $kernels "$os/$version" any; do
    for category in diff unassigned assigned; do
      for name in all progs "$section"; do
        for list in "$place/$fs/$category/$name.txt" "$place/$fs/$category"/P[0-5]/"$name.txt"; do
          add "$section" "$list"
        done
      done
    done
  done
done
