# SPDX-License-Identifier: GPL-2.0-or-later
# Values of structuredExtraConfig.
let
  tristate = value: {
    tristate = value;
    optional = false;
  };
in
{
  yes = tristate "y";
  no = tristate "n";
  module = tristate "m";
  unset = tristate null;
  freeform = value: {
    freeform = value;
    optional = false;
  };
  option = value: value // { optional = true; };
}
