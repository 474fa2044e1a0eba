# SPDX-License-Identifier: GPL-2.0-or-later
# Package lists that the controller profile and the development shells share.
{ pkgs }:
{
  # make and make menuconfig in a kernel tree.
  kernel = with pkgs; [
    bc
    bison
    cpio
    elfutils
    flex
    gcc
    gnumake
    hostname
    kmod
    ncurses
    openssl
    pahole
    perl
    pkg-config
    rsync
    zstd
  ];

  # LLVM=1, CONFIG_RUST=y, C=1.
  matrix = with pkgs; [
    clang
    lld
    llvm
    rust-bindgen
    rustc
    rustfmt
    sparse
  ];

  # Provisioning and running tests on other machines.
  orchestration = with pkgs; [
    ansible
    git
    qemu-utils
    virtiofsd
  ];
}
