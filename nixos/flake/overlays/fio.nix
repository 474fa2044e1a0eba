# SPDX-License-Identifier: GPL-2.0-or-later
# fio with its io_uring engine, and t/io_uring (as fio-io-uring), which no package installs.
final: prev: {
  fio = prev.fio.overrideAttrs (old: {
    buildInputs = (old.buildInputs or [ ]) ++ [ final.liburing ];
    postInstall = (old.postInstall or "") + ''
      install -m 755 t/io_uring $out/bin/fio-io-uring
    '';
  });
}
