# SPDX-License-Identifier: GPL-2.0-or-later
# NixOS modules for machines that test Linux kernels.
#
#   backends/    how a machine boots: exactly one per system
#   profiles/    feature sets on top of a backend
#   mounts/      file systems, declared briefly
#   testSuites/  a test suite and what it needs in the guest
#   kernel.nix   the kernel that Nix builds
#
#   nix flake show path:nixos/flake
#   nix build path:nixos/flake#checks.x86_64-linux.libvirt
{
  description = "NixOS machines for Linux kernel testing";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forAllSystems = lib.genAttrs systems;
      pkgsFor =
        system:
        import nixpkgs {
          inherit system;
          overlays = [ self.overlays.default ];
        };
    in
    {
      # Paths, so that a module imported twice counts once.
      nixosModules = {
        default.imports = [
          self.nixosModules.backends.imageless
          self.nixosModules.user
        ];
        user = ./modules/user.nix;
        kernel = ./modules/kernel.nix;
        backends = {
          imageless = ./modules/backends/imageless.nix;
          libvirt = ./modules/backends/libvirt.nix;
          machine = ./modules/backends/machine.nix;
        };
        profiles = {
          build-tools = ./modules/profiles/build-tools.nix;
          controller = ./modules/profiles/controller.nix;
          devel = ./modules/profiles/devel.nix;
          gnome = ./modules/profiles/gnome.nix;
          monitoring = ./modules/profiles/monitoring.nix;
          sway = ./modules/profiles/sway.nix;
        };
        mounts = {
          shares = ./modules/mounts/shares.nix;
          storage = ./modules/mounts/storage.nix;
        };
        # One file, one module: a workflow brings its own.
        testSuites = lib.mapAttrs' (file: _: {
          name = lib.removeSuffix ".nix" file;
          value = ./modules/testSuites + "/${file}";
        }) (builtins.readDir ./modules/testSuites);
      };

      overlays = {
        default = import ./overlays;
        fio = import ./overlays/fio.nix;
        sysbench = import ./overlays/sysbench.nix;
        xfstests = import ./overlays/xfstests.nix;
        custom-pkgs = import ./overlays/custom-pkgs.nix;
      };

      packages = forAllSystems (system: {
        inherit (pkgsFor system)
          blktests
          cpupower
          fio
          git-testsuite
          kselftests
          ltp
          mmtests
          pynfs
          qemu
          socat
          virtiofsd
          xfstests
          ;
      });

      # Toolchains for any host: nix develop path:nixos/flake#build-kernel -c make ...
      devShells = forAllSystems (
        system:
        let
          pkgs = pkgsFor system;
          toolchain = import ./lib/toolchain.nix { inherit pkgs; };
        in
        {
          build-kernel = pkgs.mkShell {
            packages = toolchain.kernel ++ toolchain.matrix ++ [
              pkgs.b4
              pkgs.ccache
            ];
            # CONFIG_RUST builds core and alloc from their sources.
            env.RUST_LIB_SRC = pkgs.rustPlatform.rustLibSrc;
          };
          build-qemu = pkgs.mkShell {
            inputsFrom = [ pkgs.qemu ];
            # QEMU's configure makes a Python environment without the network.
            packages = [
              (pkgs.python3.withPackages (ps: [
                ps.pip
                ps.setuptools
                ps.wheel
              ]))
            ];
          };
          systemd = pkgs.mkShell { packages = [ pkgs.systemd ]; };
        }
      );

      templates = {
        default = self.templates.imageless;
        libvirt = {
          path = ./templates/libvirt;
          description = "A virtual machine with a disk image, for libvirt";
        };
        imageless = {
          path = ./templates/imageless;
          description = "A virtual machine without a disk: tmpfs root, /nix/store by virtiofs, any kernel";
        };
      };

      formatter = forAllSystems (system: nixpkgs.legacyPackages.${system}.nixfmt-tree);

      checks = forAllSystems (
        system:
        (import ./checks {
          inherit self nixpkgs;
          pkgs = pkgsFor system;
        }).checks
      );

      # What continuous integration builds.
      hydraJobs = { inherit (self) packages devShells checks; };
    };
}
