# SPDX-License-Identifier: GPL-2.0-or-later
# git's own tests with the git they test: $out/lib/git-testsuite/t. They are run in place and write where
# TEST_OUTPUT_DIRECTORY and --root point, which is the file system under test.
{ lib, git }:
(git.override {
  withManual = false;
  guiSupport = false;
  svnSupport = false;
  doInstallCheck = false;
}).overrideAttrs
  (old: {
    pname = "git-testsuite";
    outputs = [ "out" ];
    separateDebugInfo = false;
    doInstallCheck = false;

    # The build writes the names of its own directory into the tests: build where they will be.
    postUnpack = (old.postUnpack or "") + ''
      mkdir -p $out/lib
      mv "$sourceRoot" $out/lib/git-testsuite
      sourceRoot=$out/lib/git-testsuite
    '';
    postPatch = (old.postPatch or "") + ''
      patchShebangs t
    '';

    installPhase = ''
      test -x t/helper/test-tool
      find . -name '*.[oa]' -delete
      rm -rf target
    '';
    postFixup = "";

    meta = {
      description = "Test suite of git, as load on a file system";
      inherit (old.meta) homepage license;
      platforms = lib.platforms.linux;
    };
  })
