#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The adapter between runner.sh and pynfs: list, recorded, run FILE. Tests are named v4.0/CODE.
# PYNFS        the suite's tree
# PYNFS_NFSD   what playbooks/roles/nfsd left on this node; empty: the server is ready
# PYNFS_EXPORT beginning of what is tested: host:/path, completed by -4.0, -4.1, -pnfs
# PYNFS_FLAGS_4_0, _4_1, _block: flags and codes for each; empty: not run
# PYNFS_TESTS  only these: v4.0/CODE, or a code or flag for every version that knows it
# PYNFS_PARALLEL  yes: all versions at once
set -u
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Ansible would replace $PWD when it brings this file.
suite=$(pwd)/suite.py

case ${1-} in
list) exec python3 "$suite" list ;;
# Asked often: suite.py keeps the names beside the results.
recorded) cat recorded-v* 2>/dev/null || : ;;
run)
  if [ -n "${PYNFS_NFSD-}" ]; then
    sh "$PYNFS_NFSD/nfsd.sh" up "$PYNFS_NFSD" && sh "$PYNFS_NFSD/nfsd.sh" wait "$PYNFS_NFSD" || exit
  fi
  exec python3 "$suite" run "$2"
  ;;
*)
  echo "suite.sh: no verb '${1-}': list, recorded, run FILE" >&2
  exit 2
  ;;
esac
