# SPDX-License-Identifier: GPL-2.0-or-later
builtins.mapAttrs (_: spdxId: { inherit spdxId; }) {
  asl20 = "Apache-2.0";
  bsd2 = "BSD-2-Clause";
  bsd3 = "BSD-3-Clause";
  gpl2 = "GPL-2.0";
  gpl2Only = "GPL-2.0-only";
  gpl2Plus = "GPL-2.0-or-later";
  gpl3Only = "GPL-3.0-only";
  gpl3Plus = "GPL-3.0-or-later";
  lgpl21Plus = "LGPL-2.1-or-later";
  mit = "MIT";
}
