# SPDX-License-Identifier: GPL-2.0-or-later
# sysbench with its PostgreSQL driver, which its configure leaves out unless it is asked for.
final: prev: {
  sysbench = prev.sysbench.overrideAttrs (old: {
    nativeBuildInputs = (old.nativeBuildInputs or [ ]) ++ [ final.libpq.pg_config ];
    buildInputs = (old.buildInputs or [ ]) ++ [ final.libpq ];
    configureFlags = (old.configureFlags or [ ]) ++ [ "--with-pgsql" ];
  });
}
