# SPDX-License-Identifier: GPL-2.0-or-later
{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.boot;
  inherit (cfg.kernelPackages) kernel;
  flag =
    default:
    mkOption {
      type = types.bool;
      inherit default;
    };
  # A list of names, or { name = bool; }: NixOS takes both and merges them.
  names = mkOption {
    type = types.coercedTo (types.listOf types.str) (l: lib.genAttrs l (_: true)) (types.attrsOf types.bool);
    default = { };
    apply = set: builtins.attrNames (lib.filterAttrs (_: on: on) set);
  };
  strings = mkOption {
    type = types.listOf types.str;
    default = [ ];
  };
  supported = mkOption {
    type = types.coercedTo (types.listOf types.str) (l: lib.genAttrs l (_: true)) (types.attrsOf types.bool);
    default = { };
  };
  lines = mkOption {
    type = types.lines;
    default = "";
  };
in
{
  options.boot = {
    kernelPackages = mkOption {
      type = types.raw;
      default = pkgs.linuxPackages;
    };
    kernelPatches = mkOption {
      type = types.listOf types.attrs;
      default = [ ];
    };
    kernel.enable = flag true;
    kernel.sysctl = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (types.nullOr (types.oneOf [ types.bool types.int types.str ]));
      };
      default = { };
    };
    kernelParams = mkOption {
      type = types.listOf (types.strMatching "([^\"[:space:]]|\"[^\"]*\")+");
      default = [ ];
    };
    kernelModules = names;
    extraModulePackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
    };
    blacklistedKernelModules = strings;
    extraModprobeConfig = lines;
    consoleLogLevel = mkOption {
      type = types.int;
      default = 4;
    };
    supportedFilesystems = supported;
    growPartition = flag false;
    enableContainers = flag true;
    isContainer = flag false;
    modprobeConfig.enable = flag true;
    tmp = {
      useTmpfs = flag false;
      cleanOnBoot = flag false;
      tmpfsSize = mkOption {
        type = types.oneOf [ types.str types.ints.positive ];
        default = "50%";
      };
    };
    initrd = {
      enable = flag true;
      systemd.enable = flag true;
      systemd.emergencyAccess = mkOption {
        type = types.oneOf [ types.bool (types.nullOr (types.passwdEntry types.str)) ];
        default = false;
      };
      availableKernelModules = names;
      kernelModules = names;
      supportedFilesystems = supported;
      compressor = mkOption {
        type = types.raw;
        default = "zstd";
      };
      verbose = flag true;
      includeDefaultModules = flag true;
      allowMissingModules = flag false;
    };
    loader = {
      timeout = mkOption {
        type = types.nullOr types.int;
        default = 5;
      };
      efi.canTouchEfiVariables = flag false;
      efi.efiSysMountPoint = mkOption {
        type = types.str;
        default = "/boot";
      };
      systemd-boot.enable = flag false;
      systemd-boot.configurationLimit = mkOption {
        type = types.nullOr types.int;
        default = null;
      };
      generic-extlinux-compatible.enable = flag false;
      grub = {
        enable = mkOption {
          type = types.bool;
          default = !cfg.isContainer;
        };
        device = mkOption {
          type = types.str;
          default = "";
        };
        devices = strings;
        efiSupport = flag false;
        efiInstallAsRemovable = flag false;
        useOSProber = flag false;
        configurationLimit = mkOption {
          type = types.int;
          default = 100;
        };
        extraConfig = lines;
        forceInstall = flag false;
        splashImage = mkOption {
          type = types.nullOr types.path;
          default = null;
        };
        timeoutStyle = mkOption {
          type = types.enum [ "menu" "countdown" "hidden" ];
          default = "menu";
        };
      };
    };
  };

  options.hardware = {
    enableRedistributableFirmware = flag false;
    enableAllFirmware = flag false;
    cpu.intel.updateMicrocode = flag false;
    cpu.amd.updateMicrocode = flag false;
  };
  options.powerManagement = {
    enable = flag true;
    cpuFreqGovernor = mkOption {
      type = types.nullOr types.str;
      default = null;
    };
  };
  options.zramSwap = {
    enable = flag false;
    memoryPercent = mkOption {
      type = types.int;
      default = 50;
    };
  };

  config = {
    boot.kernelModules = [
      "loop"
      "atkbd"
    ];
    boot.kernelParams = [ "loglevel=${toString cfg.consoleLogLevel}" ];
    boot.initrd.availableKernelModules = [
      "ext4"
      "virtio_blk"
      "virtio_pci"
    ];
    boot.kernel.sysctl."kernel.printk" = lib.mkDefault cfg.consoleLogLevel;
    assertions = [
      {
        assertion = cfg.loader.grub.enable -> cfg.loader.grub.device != "" || cfg.loader.grub.devices != [ ];
        message = "boot.loader.grub.enable is set, but neither boot.loader.grub.device nor devices: set device, to the disk or to \"nodev\".";
      }
    ];
    standin.unsupported =
      lib.optional cfg.loader.systemd-boot.enable "boot.loader.systemd-boot.enable (its images boot by GRUB from an MBR)"
      ++ lib.optional cfg.loader.grub.efiSupport "boot.loader.grub.efiSupport"
      ++ lib.optional cfg.loader.generic-extlinux-compatible.enable "boot.loader.generic-extlinux-compatible.enable"
      ++ lib.optional cfg.isContainer "boot.isContainer"
      ++ lib.optional (!cfg.initrd.enable) "boot.initrd.enable = false"
      ++ lib.optional (
        cfg.kernel.enable && (kernel.standin.debian or null) == null
      ) "boot.kernelPackages = ${kernel.name or "?"} (the guest's kernel is Debian 12's)"
      ++ lib.optional (cfg.kernel.enable && cfg.kernelPatches != [ ]) "boot.kernelPatches (the guest's kernel is not built)"
      ++ lib.optional (cfg.extraModulePackages != [ ]) "boot.extraModulePackages"
      ++ lib.optional (config.powerManagement.cpuFreqGovernor != null) "powerManagement.cpuFreqGovernor"
      ++ lib.optional config.zramSwap.enable "zramSwap.enable";
  };
}
