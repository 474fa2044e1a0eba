# SPDX-License-Identifier: GPL-2.0-or-later
# A system as a virtual machine of the user who runs it. On NixOS it mounts the host's store; here it has a
# disk made for it, and a copy-on-write one above it that keeps what changes.
{
  config,
  lib,
  pkgs,
  options,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.virtualisation;
  inherit (config.system) name;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  endpoint = port: {
    address = mkOption {
      type = types.str;
      default = "";
    };
    port = mkOption { type = types.port; } // port;
  };

  # Declared so that configurations evaluate; whoever sets one is told.
  ignored = [
    "bootPartition"
    "directBoot.enable"
    "mountHostNixStore"
    "qemu.drives"
    "rootDevice"
    "sharedDirectories"
    "tpm.enable"
    "useEFIBoot"
    "useNixStoreImage"
    "useSecureBoot"
    "writableStoreUseTmpfs"
  ];
  isSet =
    path:
    let
      option = lib.getAttrFromPath (lib.splitString "." path) options.virtualisation;
    in
    option.highestPrio < 1500 && lib.getAttrFromPath (lib.splitString "." path) cfg != option.default;

  image = import ../../lib/make-disk-image.nix {
    inherit config lib pkgs;
    name = "${name}-vm-image";
    diskSize = "auto";
    # For -kernel and -initrd.
    bootFiles = true;
  };

  forwarded =
    f:
    if f.from == "host" then
      ",hostfwd=${f.proto}:${f.host.address}:${toString f.host.port}-${f.guest.address}:${toString f.guest.port}"
    else
      ",guestfwd=${f.proto}:${f.guest.address}:${toString f.guest.port}-cmd:netcat ${f.host.address} ${toString f.host.port}";
  emptyDisk =
    i: disk:
    let
      file = "$system/empty${toString i}.qcow2";
    in
    ''
      qemu-img create -q -f qcow2 "${file}" ${toString disk.size}M
      set -- -drive file="${file}",if=virtio,werror=report "$@"
    '';
  variable = "NIXPKGS_QEMU_KERNEL_${lib.concatStrings (map (c: if builtins.match "[a-zA-Z0-9_]" c == null then "_" else c) (lib.stringToCharacters name))}";
  arch = pkgs.stdenv.hostPlatform.parsed.cpu.name or (builtins.head (lib.splitString "-" pkgs.system));
in
{
  imports = [
    ../profiles/qemu-guest.nix
    ./disk-size-option.nix
  ];

  options.virtualisation = {
    memorySize = mkOption {
      type = types.ints.positive;
      default = 1024;
    };
    cores = mkOption {
      type = types.ints.positive;
      default = 1;
    };
    graphics = flag true;
    diskImage = mkOption {
      type = types.nullOr types.str;
      default = "./${name}.qcow2";
    };
    emptyDiskImages = mkOption {
      type = types.listOf (
        types.coercedTo types.ints.positive (size: { inherit size; }) (
          types.submodule { options.size = mkOption { type = types.ints.positive; }; }
        )
      );
      default = [ ];
    };
    forwardPorts = mkOption {
      default = [ ];
      type = types.listOf (
        types.submodule {
          options = {
            from = mkOption {
              type = types.enum [
                "host"
                "guest"
              ];
              default = "host";
            };
            proto = mkOption {
              type = types.enum [
                "tcp"
                "udp"
              ];
              default = "tcp";
            };
            host = endpoint { };
            guest = endpoint { };
          };
        }
      );
    };
    restrictNetwork = flag false;
    qemu = {
      options = strings;
      networkingOptions = strings;
      consoles = mkOption {
        type = types.listOf types.str;
        # The last one is /dev/console.
        default = (if cfg.graphics then lib.id else lib.reverseList) [
          "ttyS0,115200n8"
          "tty0"
        ];
      };
      forceAccel = flag false;
      guestAgent.enable = flag true;
      drives = mkOption {
        type = types.listOf types.attrs;
        default = [ ];
      };
      package = mkOption {
        type = types.package;
        default = pkgs.qemu_kvm;
      };
    };
    sharedDirectories = mkOption {
      type = types.attrsOf types.attrs;
      default = { };
    };
    host.pkgs = mkOption {
      type = types.raw;
      default = pkgs;
    };
    rootDevice = mkOption {
      type = types.nullOr types.path;
      default = "/dev/disk/by-label/nixos";
    };
    bootPartition = mkOption {
      type = types.nullOr types.path;
      default = null;
    };
    directBoot.enable = flag true;
    mountHostNixStore = flag true;
    tpm.enable = flag false;
    useBootLoader = flag false;
    useDefaultFilesystems = flag true;
    useEFIBoot = flag false;
    useNixStoreImage = flag false;
    useSecureBoot = flag false;
    writableStore = flag true;
    writableStoreUseTmpfs = flag true;
  };

  config = {
    boot.loader.grub.enable = lib.mkOverride 10 true;
    boot.loader.grub.device = lib.mkOverride 10 "/dev/vda";
    boot.loader.systemd-boot.enable = lib.mkOverride 10 false;
    fileSystems = lib.mkOverride 10 {
      "/" = {
        device = "/dev/disk/by-label/nixos";
        fsType = "ext4";
        autoResize = true;
      };
    };
    boot.growPartition = lib.mkOverride 10 true;
    services.qemuGuest.enable = lib.mkDefault cfg.qemu.guestAgent.enable;
    virtualisation.diskSize = lib.mkDefault 1024;
    virtualisation.qemu.networkingOptions = lib.mkDefault [
      "-netdev user,id=user.0${lib.concatMapStrings forwarded cfg.forwardPorts}${lib.optionalString cfg.restrictNetwork ",restrict=on"}\${QEMU_NET_OPTS:+,$QEMU_NET_OPTS}"
      "-device virtio-net-pci,netdev=user.0"
    ];
    standin.unsupported = map (path: "virtualisation.${path}") (builtins.filter isSet ignored);

    system.build.vm = builtins.derivation {
      name = "nixos-vm";
      inherit (pkgs) system;
      builder = "/bin/sh";
      args = [
        "-c"
        ''
          PATH=/usr/bin:/bin
          mkdir -p "$out/bin" && cp "$scriptPath" "$out/bin/run-${name}-vm" && chmod +x "$out/bin/run-${name}-vm" &&
            ln -s "$image" "$out/image"
        ''
      ];
      inherit image;
      script = ''
        #!/bin/sh
        # Runs the machine '${name}' of the stand-in for NixOS. Its state is in $NIX_DISK_IMAGE
        # (${if cfg.diskImage == null then "nowhere: it is forgotten" else cfg.diskImage}).
        # QEMU_OPTS, QEMU_NET_OPTS, QEMU_KERNEL_PARAMS, ${variable} and arguments add to it.
        set -e
        for program in qemu-system-${arch} qemu-img; do
          command -v "$program" >/dev/null || { echo "run-${name}-vm: no $program on PATH; install qemu-system and qemu-utils" >&2; exit 1; }
        done
        system=$(mktemp -d "''${TMPDIR:-/tmp}/nix-vm.XXXXXXXXXX")
        trap 'rm -rf "$system"' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM HUP
        disk=$(readlink -f "''${NIX_DISK_IMAGE:-${if cfg.diskImage == null then "$system/root.qcow2" else cfg.diskImage}}") ||
          { echo "run-${name}-vm: the directory of the disk image ''${NIX_DISK_IMAGE:-${toString cfg.diskImage}} does not exist" >&2; exit 1; }
        if ! test -e "$disk"; then
          size=$(qemu-img info --output=json "${image}/nixos.qcow2" | sed -n 's/.*"virtual-size": *\([0-9]*\).*/\1/p' | head -n 1)
          wanted=$((${toString (if cfg.diskSize == "auto" then 0 else cfg.diskSize)} * 1048576))
          test "$size" -ge "$wanted" || size=$wanted
          qemu-img create -q -f qcow2 -F qcow2 -b "${image}/nixos.qcow2" "$disk" "$size"
        elif ! qemu-img info -U --output=json "$disk" | grep -q '"${image}/nixos.qcow2"'; then
          echo "run-${name}-vm: $disk was made for another system; remove it to start anew" >&2
          exit 1
        fi
        ${lib.concatStrings (lib.imap0 emptyDisk cfg.emptyDiskImages)}
        # Not exec: the temporary directory goes afterwards. The words in QEMU_OPTS are options.
        qemu-system-${arch} \
          -machine accel=${if cfg.qemu.forceAccel then "kvm" else "kvm:tcg"} -cpu max \
          -name '${name}' -m ${toString cfg.memorySize} -smp ${toString cfg.cores} \
          -device virtio-rng-pci \
          ${lib.concatStringsSep " " cfg.qemu.networkingOptions} \
          -drive file="$disk",if=virtio,cache=writeback,werror=report \
          ${
            lib.optionalString (!cfg.useBootLoader) ''
              -kernel "''${${variable}:-${image}/kernel}" -initrd "${image}/initrd" \
              -append "$(cat "${image}/kernel-params") ${lib.concatMapStringsSep " " (c: "console=${c}") cfg.qemu.consoles} $QEMU_KERNEL_PARAMS" \''
          }
          ${lib.optionalString (!cfg.graphics) "-nographic"} ${lib.concatStringsSep " " cfg.qemu.options} $QEMU_OPTS "$@"
      '';
      passAsFile = [ "script" ];
      preferLocalBuild = true;
      allowSubstitutes = false;
    } // {
      meta.mainProgram = "run-${name}-vm";
    };
  };
}
