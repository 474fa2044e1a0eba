# SPDX-License-Identifier: GPL-2.0-or-later
# What else one system can become: disk images, an installer, a machine to run by hand, a test of the
# whole fleet. flake.nix merges it; packages.nix offers it without flakes. fleet.nix has the data.
#
#   vm            config.system.build.vm with the fleet's memory and processors
#   image         the disk that every node of the fleet starts from
#   qcow2, raw    config.system.build.images: the system for other hypervisors and machines
#   raw-efi       the same, for machines without BIOS
#   kernel-dev    of the system's kernel: vmlinux and gdb's scripts
#   iso           the minimal installer, with the fleet's keys and tools
#   test          a NixOS test with a machine per node (also as the check `fleet`)
#   test-driver   its driver, for an interactive session
{
  nixpkgs,
  system,
  # The system, and the modules and special arguments it was made of.
  vm,
  modules,
  specialArgs,
  ...
}:
let
  inherit (nixpkgs) lib;
  inherit (vm) pkgs;
  fleet = import ./fleet.nix;
  keys = [ ./authorized_keys ];

  images = vm.config.system.build.images;
  # Variants of nixpkgs; a system that boots by UEFI has no others.
  variant = name: if fleet.efi then images."${name}-efi" else images.${name};

  resources = {
    memorySize = fleet.memoryMiB;
    cores = fleet.vcpus;
    diskSize = fleet.diskSizeMiB;
  };

  # Programs that a node has: what NixOS itself puts there differs on an installer.
  installer = nixpkgs.lib.nixosSystem {
    inherit system;
    modules = [
      "${nixpkgs}/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix"
      {
        nixpkgs.pkgs = pkgs;
        environment.systemPackages = vm.config.environment.systemPackages;
        users.users.root.openssh.authorizedKeys.keyFiles = keys;
        users.users.nixos.openssh.authorizedKeys.keyFiles = keys;
        image.baseName = lib.mkForce "kdevops-${fleet.name}-installer";
      }
    ];
  };

  test = pkgs.testers.runNixOSTest {
    name = "kdevops-${fleet.name}";
    # The modules bring their overlays, so nodes take `pkgs` as an option, not as a constant.
    node.pkgsReadOnly = false;
    node.specialArgs = specialArgs;
    nodes = lib.genAttrs fleet.nodes (name: {
      imports = modules;
      # Overlays are applied in these pkgs already.
      nixpkgs.pkgs = lib.mkForce pkgs;
      nixpkgs.overlays = lib.mkForce [ ];
      networking.hostName = lib.mkForce name;
      # The test framework gives root an empty password, on a network of its own.
      users.users.root.hashedPassword = lib.mkForce null;
      # Machines of one test share a network without DHCP beside the one that the driver uses.
      systemd.network.networks = lib.mkIf (vm.config.systemd.network.networks ? "10-guest") {
        "10-guest".matchConfig.Name = "eth0";
      };
      virtualisation = resources;
    });
    testScript = ''
      user = ${builtins.toJSON fleet.user}
      ssh_port = ${toString fleet.sshPort}
    ''
    + lib.concatMapStrings (script: builtins.readFile (./tests + "/${script}") + "\n") fleet.scripts;
  };
in
{
  packages = {
    vm =
      (vm.extendModules {
        modules = [
          {
            virtualisation.vmVariant = {
              virtualisation = resources;
              # Names the script, its disk and NIXPKGS_QEMU_KERNEL_<name>. The host name comes by DHCP.
              system.name = lib.mkForce fleet.name;
              # Nobody has a password, and whoever runs it owns it.
              nixos-flake = lib.optionalAttrs (vm.options.nixos-flake ? console) {
                console.autologin = lib.mkDefault true;
              };
            };
          }
        ];
      }).config.system.build.vm;

    image = import "${nixpkgs}/nixos/lib/make-disk-image.nix" {
      inherit lib pkgs;
      inherit (vm) config;
      name = fleet.image;
      diskSize = fleet.diskSizeMiB;
      format = "qcow2";
      partitionTableType = if fleet.efi then "efi" else "legacy";
      installBootLoader = true;
      # Without this every image holds a copy of nixpkgs.
      copyChannel = false;
    };

    qcow2 = variant "qemu";
    raw = variant "raw";
    raw-efi = images.raw-efi;
    kernel-dev = vm.config.boot.kernelPackages.kernel.dev or vm.config.boot.kernelPackages.kernel;
    iso = installer.config.system.build.isoImage;
    inherit test;
    test-driver = test.driverInteractive;
  };

  checks.fleet = test;
}
