# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that this library gives, as things to build: `checks`, what `nix flake check` evaluates, and
# `further`, which would make that slow (scripts/check-nixpkgs evaluates both).
{
  self,
  nixpkgs,
  # With the library's overlay. Shared by all systems here, which evaluates faster than one per system.
  pkgs,
}:
let
  inherit (nixpkgs) lib;
  inherit (self.nixosModules)
    backends
    kernel
    mounts
    profiles
    testSuites
    user
    ;

  evaluate = modules: lib.nixosSystem { modules = modules ++ [ { nixpkgs.pkgs = pkgs; } ]; };
  toplevel = modules: slim (evaluate modules).config.system.build.toplevel;
  # As much of a derivation as Nix needs. Sixty whole ones, each with the configuration that it was made from,
  # fill the memory of the evaluator; a string does not hold on to what it was made of.
  slim =
    derivation:
    let
      result = {
        type = "derivation";
        inherit (derivation)
          drvPath
          name
          outPath
          outputName
          system
          ;
      };
    in
    builtins.deepSeq result result;
  prefixed = prefix: lib.mapAttrs' (name: lib.nameValuePair "${prefix}-${name}");

  guest = [
    backends.libvirt
    user
  ];
  imageless = [
    backends.imageless
    user
  ];
  # Somewhere to put a system that has no backend.
  bare = {
    fileSystems."/" = {
      device = "/dev/disk/by-label/nixos";
      fsType = "ext4";
    };
    boot.loader.grub.device = "nodev";
    users.allowNoPasswordLogin = true;
    system.stateVersion = lib.trivial.release;
  };

  enabled = {
    controller.nixos-flake.controller.enable = true;
    monitoring.nixos-flake.monitoring.enable = true;
  };
  parts = testSuites // lib.mapAttrs (name: profile: { imports = [ profile ]; } // enabled.${name} or { }) profiles;
  # A control node, and a desktop with a network manager, have a disk.
  withDisk = [
    "controller"
    "gnome"
  ];

  kernels = lib.mapAttrs (_: settings: toplevel (guest ++ [ { nixos-flake.kernel = settings; } ])) {
    default.flavor = "default";
    latest.flavor = "latest";
    testing.flavor = "testing";
    series = {
      flavor = "series";
      series = "6_12";
    };
    fragment.fragments = [ ./fragment.config ];
    ccache = {
      flavor = "latest";
      ccache = true;
    };
  };

  machine = evaluate guest;
  image =
    modules: arguments:
    let
      system = evaluate modules;
    in
    slim (
      import (nixpkgs + "/nixos/lib/make-disk-image.nix") (
        {
          inherit lib pkgs;
          inherit (system) config;
          diskSize = 20480;
          format = "qcow2";
          copyChannel = false;
        }
        // arguments
      )
    );
  images = lib.mapAttrs (_: slim) machine.config.system.build.images;
in
{
  further =
    prefixed "alone" (
      lib.mapAttrs (_: module: toplevel [ bare module ]) (parts // mounts // { inherit kernel user; })
    )
    // prefixed "kernel" kernels
    // prefixed "image" {
      bios = image guest { partitionTableType = "legacy"; };
      efi = image (guest ++ [ { nixos-flake.boot.efi = true; } ]) { partitionTableType = "efi"; };
      inherit (images)
        iso
        qemu-efi
        raw-efi
        ;
    }
    # A PC's BIOS.
    // lib.optionalAttrs pkgs.stdenv.hostPlatform.isx86_64 (prefixed "image" { inherit (images) qemu raw; })
    // {
      vm = slim machine.config.system.build.vm;
      installer =
        slim
          (evaluate [
            (nixpkgs + "/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix")
            { environment.systemPackages = machine.config.environment.systemPackages; }
          ]).config.system.build.isoImage;
    };

  checks =
    prefixed "libvirt" (lib.mapAttrs (_: part: toplevel (guest ++ [ part ])) parts)
    // prefixed "imageless" (lib.mapAttrs (_: part: toplevel (imageless ++ [ part ])) (removeAttrs parts withDisk))
    // {
      default = toplevel [ self.nixosModules.default ];
      libvirt = slim machine.config.system.build.toplevel;
      libvirt-efi = toplevel (guest ++ [ { nixos-flake.boot.efi = true; } ]);
      libvirt-all-suites = toplevel (guest ++ builtins.attrValues testSuites);
      # One closure for many machines.
      libvirt-nameless = toplevel (
        guest
        ++ [
          {
            networking.hostName = "";
            security.polkit.enable = true;
          }
        ]
      );
      imageless = toplevel imageless;
      imageless-all-suites = toplevel (imageless ++ builtins.attrValues testSuites);
      machine = toplevel [
        bare
        backends.machine
        user
      ];
      mounts = toplevel (
        guest
        ++ builtins.attrValues mounts
        ++ [
          {
            nixos-flake.shares."/mnt/linux".tag = "linux";
            nixos-flake.storage."/data" = {
              device = "/dev/disk/by-id/virtio-data";
              fsType = "xfs";
              mkfsArgs = [ "-f" ];
            };
          }
        ]
      );

      # What a fleet relies on: name resolution, Ansible's Python, SSH by key only, sudo without a password.
      two-machines = pkgs.testers.runNixOSTest {
        name = "two-machines";
        nodes = lib.genAttrs [ "first" "second" ] (_: {
          imports = guest;
          # The other interfaces are the test's own network, without DHCP.
          systemd.network.networks."10-guest".matchConfig.Name = "eth0";
          # The test's driver has an account of its own.
          users.users.root.hashedPassword = lib.mkForce null;
        });
        testScript = ''
          start_all()
          for machine in first, second:
              machine.wait_for_unit("sshd.service")
              machine.succeed("/run/current-system/sw/bin/python3 -c 'import json'")
              machine.succeed("su user -c 'sudo true'")
          first.succeed("ping -c 1 second")
          answer = first.fail("ssh -o StrictHostKeyChecking=no -o BatchMode=yes user@second true 2>&1")
          assert "(publickey)" in answer, answer
        '';
      };
    };
}
