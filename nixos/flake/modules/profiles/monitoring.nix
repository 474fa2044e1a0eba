# SPDX-License-Identifier: GPL-2.0-or-later
# Recorders for test runs, as template units: systemctl start monitor-sysstat@<run-id>.
# Each writes below outputDir, where %i is the run.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkEnableOption mkOption types;
  cfg = config.nixos-flake.monitoring;

  # sadc's binary record as JSON, beside it.
  exportSysstat = pkgs.writeShellScript "export-sysstat" ''
    set -eu
    cd "$1"
    test -s sa-current || exit 0
    ${pkgs.sysstat}/bin/sadf -j sa-current -- -A > sa-current.json.tmp
    mv sa-current.json.tmp sa-current.json
  '';
  # Which governor and frequency limits each CPU had, at the start and at the end.
  recordGovernors = pkgs.writeShellScript "record-governors" ''
    set -eu
    mkdir -p "$1"
    for policy in /sys/devices/system/cpu/cpufreq/policy*; do
      test -d "$policy" || continue
      for key in affected_cpus scaling_driver scaling_governor scaling_min_freq scaling_max_freq; do
        test -r "$policy/$key" && echo "''${policy##*/} $key $(cat "$policy/$key")"
      done
    done > "$1/$2.txt"
  '';
  bpf = name: "${pkgs.libbpf-tools or (throw "nixos-flake.monitoring.${name} needs pkgs.libbpf-tools, which this package set lacks; add it by an overlay")}/bin/${name}";
  recorder = name: arguments: {
    description = "${name} recorder of run %i";
    serviceConfig = {
      ExecStartPre = "${pkgs.coreutils}/bin/mkdir -p ${cfg.outputDir}/${name}";
      ExecStart = "${bpf name} ${lib.escapeShellArgs arguments}";
      StandardOutput = "append:${cfg.outputDir}/${name}/${name}.txt";
      # It prints its histogram when interrupted.
      KillSignal = "SIGINT";
      TimeoutStopSec = "30s";
    };
  };
in
{
  options.nixos-flake.monitoring = {
    enable = mkEnableOption "recorders for test runs";
    outputDir = mkOption {
      type = types.str;
      default = "/var/lib/monitoring/runs/%i";
      description = "Where a run's recordings go; %i is the run's name.";
    };
    sysstat = {
      enable = mkOption {
        type = types.bool;
        default = cfg.enable;
        defaultText = lib.literalExpression "config.nixos-flake.monitoring.enable";
        description = "Record system activity with sadc: monitor-sysstat@.";
      };
      interval = mkOption {
        type = types.ints.positive;
        default = 5;
        description = "Seconds between samples.";
      };
      maxSamples = mkOption {
        type = types.ints.positive;
        default = 999999;
        description = "Samples after which sadc ends by itself.";
      };
    };
    cpuGovernor.enable = mkOption {
      type = types.bool;
      default = cfg.enable;
      defaultText = lib.literalExpression "config.nixos-flake.monitoring.enable";
      description = "Record CPU frequency policies: monitor-cpu-governor@.";
    };
    blkalgn = {
      enable = mkEnableOption "block alignment histograms: monitor-blkalgn@";
      disk = mkOption {
        type = types.str;
        default = "";
        example = "nvme0n1";
        description = "Only this disk; empty: every one.";
      };
      ops = mkOption {
        type = types.str;
        default = "";
        example = "Write";
        description = "Only this operation, as blkalgn spells it; empty: every one.";
      };
    };
    biolatency = {
      enable = mkEnableOption "block latency histograms: monitor-biolatency@";
      milliseconds = mkOption {
        type = types.bool;
        default = true;
        description = "Milliseconds instead of microseconds.";
      };
      queued = mkEnableOption "counting the time in the queue too";
      perDisk = mkEnableOption "a histogram for each disk";
      perFlag = mkEnableOption "a histogram for each set of I/O flags";
      disk = mkOption {
        type = types.str;
        default = "";
        description = "Only this disk; empty: every one.";
      };
      interval = mkOption {
        type = types.ints.positive;
        default = 30;
        description = "Seconds between histograms.";
      };
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [
      pkgs.fastfetch
      pkgs.sysstat
    ];

    systemd.services = {
      "monitor-sysstat@" = lib.mkIf cfg.sysstat.enable {
        description = "System activity recorder of run %i";
        documentation = [ "man:sadc(8)" ];
        serviceConfig = {
          ExecStartPre = [
            "${pkgs.coreutils}/bin/mkdir -p ${cfg.outputDir}/sysstat"
            # A run's record starts empty: sadc would append.
            "${pkgs.coreutils}/bin/rm -f ${cfg.outputDir}/sysstat/sa-current ${cfg.outputDir}/sysstat/sa-current.json"
          ];
          ExecStart = "${pkgs.sysstat}/lib/sa/sadc -S ALL ${toString cfg.sysstat.interval} ${toString cfg.sysstat.maxSamples} ${cfg.outputDir}/sysstat/sa-current";
          ExecStopPost = "${exportSysstat} ${cfg.outputDir}/sysstat";
          KillSignal = "SIGTERM";
          TimeoutStopSec = "30s";
        };
      };
      "monitor-cpu-governor@" = lib.mkIf cfg.cpuGovernor.enable {
        description = "CPU frequency policies of run %i";
        path = [ pkgs.coreutils ];
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
          ExecStart = "${recordGovernors} ${cfg.outputDir}/cpu_governor start";
          ExecStop = "${recordGovernors} ${cfg.outputDir}/cpu_governor end";
        };
      };
      "monitor-blkalgn@" = lib.mkIf cfg.blkalgn.enable (
        recorder "blkalgn" (
          lib.optionals (cfg.blkalgn.disk != "") [
            "--disk"
            cfg.blkalgn.disk
          ]
          ++ lib.optionals (cfg.blkalgn.ops != "") [
            "--ops"
            cfg.blkalgn.ops
          ]
        )
      );
      "monitor-biolatency@" = lib.mkIf cfg.biolatency.enable (
        recorder "biolatency" (
          lib.optional cfg.biolatency.milliseconds "--milliseconds"
          ++ lib.optional cfg.biolatency.queued "--queued"
          ++ lib.optional cfg.biolatency.perDisk "-D"
          ++ lib.optional cfg.biolatency.perFlag "-F"
          ++ lib.optionals (cfg.biolatency.disk != "") [
            "-d"
            cfg.biolatency.disk
          ]
          ++ [ (toString cfg.biolatency.interval) ]
        )
      );
    };
  };
}
