# SPDX-License-Identifier: GPL-2.0-or-later
# Packs the runs $3... below $1 into a file that user $2 may read, and prints its path.
cd "$1" || exit
# One that is there for an hour is of a make that was interrupted.
find . -maxdepth 1 -name '.collect.*' -mmin +60 -delete
archive=$(mktemp "$1/.collect.XXXXXX") || exit # not PWD: Ansible would replace that
user=$2
shift 2
# A running suite changes files while they are read: status 1, and no failure.
tar -czf "$archive" --exclude=work/testdisk -- "$@" || [ $? -eq 1 ] || { rm -f "$archive"; exit 1; }
chown "$user" "$archive" && echo "$archive"
