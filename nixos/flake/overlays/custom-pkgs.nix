# SPDX-License-Identifier: GPL-2.0-or-later
# Names that nixpkgs has only below another one.
final: _prev: {
  inherit (final.linuxPackages_latest) cpupower;
}
