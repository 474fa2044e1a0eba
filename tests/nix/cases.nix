# SPDX-License-Identifier: GPL-2.0-or-later
# Systems to evaluate: the library's modules on a nixpkgs (the stand-in, unless told otherwise).
#   accepted.<name>  the drvPath of its toplevel (and image, where it has a disk)
#   meaning.<name>   must be true
#   refused.<name>   { value; says; }: evaluating `value` must fail, with these words in the message
#   unbuilt.<name>   { value; says; }: `value` is a derivation whose build must fail, with these words
{
  nixpkgs ? ../../nixos/standin,
  # A nixpkgs that refuses this Nix (below 2.18) can be given a package set made past its gate.
  pkgs ? null,
  system ? "x86_64-linux",
}:
let
  lib = import (nixpkgs + "/lib");
  library = ../../nixos/flake;
  # What nixos/flake/flake.nix exports, without its inputs.
  flake = import (library + "/flake.nix");
  outputs = flake.outputs {
    self = outputs;
    nixpkgs = {
      inherit lib;
      outPath = nixpkgs;
    };
  };
  inherit (outputs) nixosModules;

  evaluate =
    modules:
    import (nixpkgs + "/nixos/lib/eval-config.nix") {
      inherit lib;
      system = null;
      specialArgs = {
        nixos-flake = outputs;
        inputs = { };
      };
      modules = modules ++ [
        (
          if pkgs == null then
            {
              nixpkgs.hostPlatform = system;
              nixpkgs.overlays = [ outputs.overlays.default ];
            }
          else
            {
              nixpkgs.pkgs = pkgs outputs.overlays.default;
            }
        )
      ];
    };
  toplevel = modules: (evaluate modules).config.system.build.toplevel.drvPath;
  image =
    modules:
    let
      e = evaluate modules;
    in
    (import (nixpkgs + "/nixos/lib/make-disk-image.nix") {
      inherit (e) config pkgs;
      inherit lib;
      diskSize = 20480;
      format = "qcow2";
      partitionTableType = "legacy";
      installBootLoader = true;
      copyChannel = false;
    }).drvPath;
  both = modules: [
    (toplevel modules)
    (image modules)
  ];

  guest = [
    nixosModules.backends.libvirt
    nixosModules.user
  ];
  # A module without a backend still needs somewhere to put the system.
  bare = {
    fileSystems."/".device = "/dev/vda1";
    fileSystems."/".fsType = "ext4";
    boot.loader.grub.device = "/dev/vda";
    users.allowNoPasswordLogin = true;
  };
  suites = nixosModules.testSuites;
  profiles = nixosModules.profiles;
  diskless = [
    nixosModules.backends.imageless
    nixosModules.user
  ];
  machine = [
    nixosModules.backends.machine
    nixosModules.user
    bare
  ];
  buildOf = modules: (evaluate modules).config.system.build;
  drvPaths = lib.mapAttrs (_: p: p.drvPath);
  kernel = settings: guest ++ [ { nixos-flake.kernel = settings; } ];
  kernels = {
    default.flavor = "default";
    latest.flavor = "latest";
    testing.flavor = "testing";
    series = {
      flavor = "series";
      series = "6_12";
    };
    source = {
      flavor = "source";
      source = ./fixtures/linux;
    };
    source-fragments = {
      flavor = "source";
      source = ./fixtures/linux;
      fragments = [ ./fixtures/fragment.config ];
      allModules = false;
    };
    fragments.fragments = [ ./fixtures/fragment.config ];
    ccache = {
      flavor = "latest";
      ccache = true;
    };
  };
  images = [
    "qemu"
    "qemu-efi"
    "raw"
    "raw-efi"
    "iso"
  ];
  installer = [ (nixpkgs + "/nixos/modules/installer/cd-dvd/installation-cd-minimal.nix") ];
  # As outputs.nix makes them.
  vmOf = modules: resources: (
    (evaluate modules).extendModules {
      modules = [
        {
          virtualisation.vmVariant = {
            virtualisation = resources;
            system.name = lib.mkForce "fleet";
          };
        }
      ];
    }
  ).config;
  twoNodes =
    let
      inherit (evaluate guest) pkgs;
    in
    nodeModule:
    pkgs.testers.runNixOSTest {
      name = "two";
      node.pkgsReadOnly = false;
      nodes = lib.genAttrs [ "one" "two" ] (name: {
        imports = guest ++ [ nodeModule ];
        nixpkgs.pkgs = lib.mkForce pkgs;
        nixpkgs.overlays = lib.mkForce [ ];
        networking.hostName = lib.mkForce name;
        users.users.root.hashedPassword = lib.mkForce null;
        virtualisation.memorySize = 2048;
      });
      testScript = { nodes }: ''
        start_all()
        # ${nodes.one.networking.hostName}
        one.wait_for_unit("sshd.service")
      '';
    };
  prefixed = prefix: lib.mapAttrs' (name: value: lib.nameValuePair "${prefix}-${name}" value);

  spec = modules: (evaluate modules).config.system.build.standinSpec;
  # Evaluates to true, or says what is wrong with the specification.
  holds = modules: check: lib.assertMsg (check (spec modules)) "the specification is not as expected";
  packageNames = s: map (p: p.attr) s.packages;
  files = s: lib.listToAttrs (map (e: lib.nameValuePair e.path e.text) s.etc);
in
{
  inherit flake outputs evaluate;

  accepted =
    # Every module alone, on the barest system
    prefixed "alone" (
      lib.mapAttrs (_: m: toplevel [ bare m ]) (
        suites
        // profiles
        // nixosModules.mounts
        // {
          inherit (nixosModules) user;
        }
      )
    )
    // {
      alone-kernel = toplevel [ bare nixosModules.kernel ];
      libvirt = both [ nixosModules.backends.libvirt ];
      libvirt-efi = toplevel (guest ++ [ { nixos-flake.boot.efi = true; } ]);
      libvirt-vm = (buildOf guest).vm.drvPath;
      libvirt-vm-variant = (vmOf guest { memorySize = 4096; cores = 4; diskSize = 20480; graphics = false; }).system.build.vm.drvPath;
      machine-all-suites = toplevel (machine ++ builtins.attrValues suites);
      machine-overrides = toplevel (
        machine
        ++ [
          {
            boot.loader.systemd-boot.configurationLimit = 5;
            users.users.root.hashedPassword = null;
          }
        ]
      );
      installer = (buildOf installer).isoImage.drvPath;
      test-driver = (twoNodes { }).driverInteractive.drvPath;
      test = (twoNodes suites.sysbench).drvPath;
      # nix-build '<nixpkgs/nixos>' -I nixos-config=...
      without-flakes =
        let
          built = import (nixpkgs + "/nixos") {
            inherit system;
            configuration.imports = guest ++ [ { nixpkgs.overlays = [ outputs.overlays.default ]; } ];
          };
        in
        [
          built.system.drvPath
          built.vm.drvPath
        ];
      libvirt-user = both guest;
      imageless = toplevel [ nixosModules.backends.imageless ];
      default = toplevel [ nixosModules.default ];
      libvirt-by-dhcp = both (
        guest
        ++ [
          {
            networking.hostName = "";
            security.polkit.enable = true;
          }
        ]
      );
      libvirt-autologin = both (guest ++ [ { nixos-flake.console.autologin = true; } ]);
      all-suites = both (guest ++ builtins.attrValues suites);
      imageless-all-suites = toplevel ([ nixosModules.backends.imageless nixosModules.user ] ++ builtins.attrValues suites);
      twice = toplevel (guest ++ guest ++ [ { imports = guest; } ]);
      controller = toplevel (guest ++ [ profiles.controller { nixos-flake.controller.enable = true; } ]);
      monitoring = toplevel (guest ++ [ profiles.monitoring { nixos-flake.monitoring.enable = true; } ]);
      mounts = toplevel (
        guest
        ++ [
          nixosModules.mounts.shares
          nixosModules.mounts.storage
          {
            nixos-flake.shares."/mnt/linux" = {
              tag = "linux";
              options = [ "ro" ];
            };
            nixos-flake.storage."/data" = {
              device = "/dev/disk/by-id/virtio-kdevops0";
              fsType = "xfs";
              mkfsArgs = [
                "-m"
                "reflink=1"
              ];
            };
          }
        ]
      );
      packages = drvPaths outputs.packages.${system};
      dev-shells = drvPaths outputs.devShells.${system};
      users-own-module = toplevel (guest ++ [ ./fixtures/user-module.nix ]);
    }
    // lib.optionalAttrs (system == "x86_64-linux") (
      prefixed "aarch64" (
        lib.genAttrs [
          "all-suites"
          "dev-shells"
          "imageless-all-suites"
          "kernel-source"
          "libvirt-user"
          "libvirt-vm"
          "machine-all-suites"
          "packages"
          "test"
        ] (name: (import ./cases.nix {
          inherit nixpkgs pkgs;
          system = "aarch64-linux";
        }).accepted.${name})
      )
    )
    // prefixed "libvirt" (lib.mapAttrs (_: m: both (guest ++ [ m ])) (suites // profiles))
    // prefixed "imageless" (lib.mapAttrs (_: m: toplevel (diskless ++ [ m ])) (suites // profiles // nixosModules.mounts))
    // prefixed "machine" (lib.mapAttrs (_: m: toplevel (machine ++ [ m ])) (suites // profiles))
    // prefixed "kernel" (lib.mapAttrs (_: settings: toplevel (kernel settings)) kernels)
    // prefixed "image" (lib.genAttrs images (name: (buildOf guest).images.${name}.drvPath));

  # What the configuration means, read from the stand-in's specification.
  meaning = {
    key-only-ssh = holds guest (
      s:
      s.sshd.settings.PasswordAuthentication == "no"
      && s.sshd.settings.KbdInteractiveAuthentication == "no"
      && s.sshd.settings.PermitRootLogin == "prohibit-password"
      && builtins.all (u: u.password == null && (u.hashedPassword == null || u.hashedPassword == "!")) s.users
    );
    python-for-ansible = holds guest (s: builtins.any (lib.hasPrefix "python3") (packageNames s));
    serial-console = holds guest (
      s: s.serialGetty == [ "ttyS0" ] && lib.last (builtins.filter (lib.hasPrefix "console=") s.kernelParams) == "console=ttyS0,115200n8"
    );
    boots-are-seen-on-the-console = holds guest (s: builtins.elem "loglevel=7" s.kernelParams);
    root-grows = holds guest (s: s.growPartition && (builtins.head s.fileSystems).autoResize);
    name-by-dhcp = holds (guest ++ [ { networking.hostName = ""; security.polkit.enable = true; } ]) (
      s: s.dhcpHostName && s.systemName == "unnamed"
    );
    name-of-its-own = holds (guest ++ [ { networking.hostName = "n1"; } ]) (s: !s.dhcpHostName && s.hostName == "n1");
    lease-by-mac = holds guest (
      s: lib.hasInfix "ClientIdentifier=mac" (files s)."systemd/network/10-guest.network"
    );
    nothing-unsupported = holds (guest ++ [ suites.sysbench ]) (s: s.unsupported == [ ]);
    package-of-its-suite-only = holds guest (s: !builtins.elem "sysbench" (packageNames s));
    package-of-the-suite = holds (guest ++ [ suites.sysbench ]) (
      s: builtins.elem "sysbench" (packageNames s) && s.postgresql.enable && s.mysql.enable
    );
    suite-without-service-has-its-programs = holds (guest ++ [ suites.sysbench { services.mysql.enable = false; } ]) (
      s: !s.mysql.enable && builtins.elem "mariadb" (packageNames s)
    );
    monitoring-is-there =
      holds (diskless ++ [ profiles.monitoring { nixos-flake.monitoring.enable = true; } ])
        (s: builtins.all (p: p.debian != null) (s.packages ++ s.storePackages));
    imageless-leaves-the-host-alone = holds diskless (
      s:
      builtins.all (f: f.fsType != "virtiofs" || builtins.elem "ro" f.options) s.fileSystems
      && builtins.length (builtins.filter (f: f.fsType == "virtiofs") s.fileSystems) == 2
    );
    imageless-stays-on-the-console = holds diskless (s: toString s.sysctl."kernel.printk" == "7");
    imageless-is-whole = holds diskless (s: s.unsupported == [ ] && !s.growPartition && s.network.networkd);
    machines-of-a-test-have-their-names =
      (twoNodes { }).nodes.two.networking.hostName == "two"
      && (twoNodes { }).nodes.two.virtualisation.memorySize == 2048;
    variant-is-apart =
      let
        config = vmOf guest { memorySize = 4096; };
      in
      config.system.name == "nixos"
      && config.virtualisation.vmVariant.system.name == "fleet"
      && config.virtualisation.vmVariant.virtualisation.memorySize == 4096;
    image-knows-its-firmware =
      (buildOf guest).images.raw.passthru.config.nixos-flake.boot.efi == false
      && (buildOf guest).images.raw-efi.passthru.config.nixos-flake.boot.efi;
    fragments-reach-the-kernel =
      (builtins.head (evaluate (kernel kernels.source-fragments)).config.boot.kernelPatches).structuredExtraConfig.XFS_DEBUG.content
      == lib.kernel.yes;
    python-libraries-join = holds (guest ++ [ suites.fstests { nixos-flake.python.packages = ps: [ ps.ply ]; } ]) (
      s:
      let
        python = lib.findFirst (p: p.attr == "python3-with-packages") null s.packages;
      in
      builtins.elem "python3-ply" python.debian && builtins.elem "python3-dbus" python.debian
    );
    fstests-accounts = holds (guest ++ [ suites.fstests ]) (
      s:
      let
        user = lib.findFirst (u: u.name == "123456-fsgqa") null s.users;
      in
      user.uid == 123456 && user.shell == "/run/current-system/sw/bin/bash" && user.group == "123456-fsgqa"
    );
    # A unit's text names packages by path; they are in the guest though not on PATH.
    package-by-path = holds (guest ++ [ { systemd.services.x.serviceConfig.ExecStart = [ "/x" ]; systemd.services.x.path = [ "/opt/x" ]; } ./fixtures/by-path.nix ]) (
      s:
      builtins.elem "fio" (map (p: p.attr) s.storePackages)
      && !builtins.elem "fio" (packageNames s)
      && builtins.any (lib.hasSuffix "-run-fio") s.storePaths
    );
    file-by-path = holds (guest ++ [ { environment.etc."a.txt".source = ./fixtures/file.txt; } ]) (
      s: builtins.any (lib.hasSuffix "-file.txt") s.storePaths
    );
    programs-of-a-mounted-file-system = holds (
      guest ++ [ { fileSystems."/x" = { device = "/dev/vdb"; fsType = "xfs"; }; } ]
    ) (s: builtins.elem "xfsprogs" (packageNames s));
    what-the-image-cannot-do-is-told = holds (
      guest
      ++ [
        {
          networking.firewall.enable = true;
          console.keyMap = "de";
          users.users.root.linger = true;
        }
      ]
    ) (s: lib.length s.unsupported == 3);
    overlay-reaches-packages = holds (guest ++ [ ./fixtures/overlay.nix ]) (
      s: lib.findFirst (p: p.attr == "sysbench-of-the-overlay") null s.packages != null
    );
    own-key = holds (guest ++ [ { users.users.root.openssh.authorizedKeys.keyFiles = [ ./fixtures/authorized_keys ]; } ]) (
      s: (lib.findFirst (u: u.name == "root") null s.users).authorizedKeys == [ "ssh-ed25519 AAAAexample test" ]
    );
    service-becomes-unit = holds (guest ++ [ ./fixtures/user-module.nix ]) (
      s:
      let
        unit = lib.findFirst (u: u.name == "hello.service") null s.units;
      in
      unit.wantedBy == [ "multi-user.target" ] && !unit.dropin && lib.hasInfix "After=network.target" unit.text
    );
    drop-in-for-upstream-unit = holds (guest ++ [ { systemd.services.sshd.serviceConfig.Nice = 5; } ]) (
      s: (lib.findFirst (u: u.name == "sshd.service") null s.units).dropin
    );
  };

  refused =
    let
      refuse = says: modules: {
        inherit says;
        value = toplevel modules;
      };
      with' = module: guest ++ [ module ];
    in
    {
      unknown-option = refuse [ "services.opensh" "does not exist" "unknown-option.nix:4" ] (
        with' ./fixtures/unknown-option.nix
      );
      unknown-option-in-group = refuse [ "services.openssh.prots" "does not exist" ] (
        with' { services.openssh.prots = [ 22 ]; }
      );
      unknown-option-in-submodule = refuse [ "users.users.x.isNormal" "does not exist" ] (
        with' { users.users.x.isNormal = true; }
      );
      unknown-under-false-condition = refuse [ "services.nothing" "does not exist" ] (
        with' (lib.mkIf false { services.nothing.enable = true; })
      );
      wrong-type = refuse [ "boot.growPartition" "boolean" "wrong-type.nix" "\"yes\"" ] (with' ./fixtures/wrong-type.nix);
      wrong-type-of-element = refuse [ "services.openssh.ports" "16 bit unsigned integer" ] (
        with' { services.openssh.ports = [ 70000 ]; }
      );
      wrong-enum = refuse [ "PermitRootLogin" "prohibit-password" "\"maybe\"" ] (
        with' { services.openssh.settings.PermitRootLogin = "maybe"; }
      );
      bad-host-name = refuse [ "networking.hostName" "not of type" ] (with' { networking.hostName = "a.b"; });
      conflict = refuse [ "time.timeZone" "conflicting" "mkForce" "Europe/Berlin" ] (
        guest
        ++ [
          { time.timeZone = "Europe/Berlin"; }
          { time.timeZone = "Europe/Paris"; }
        ]
      );
      both-backends = refuse [ "boot.loader.grub.enable" "conflicting" ] [
        nixosModules.backends.libvirt
        nixosModules.backends.imageless
      ];
      unknown-package = refuse [ "no-such-package" ] (with' (
        { pkgs, ... }: { environment.systemPackages = [ pkgs.no-such-package ]; }
      ));
      unknown-python-library = refuse [ "no-such-library" ] (with' {
        nixos-flake.python.packages = ps: [ ps.no-such-library ];
      });
      no-package = refuse [ "environment.systemPackages" "package" ] (with' { environment.systemPackages = [ "fio" ]; });
      assertion = refuse [ "Failed assertions" "autoFormat" ] (
        guest
        ++ [
          nixosModules.mounts.storage
          {
            nixos-flake.storage."/data" = {
              device = "/dev/vdb";
              fsType = "xfs";
              mkfsArgs = [ "-f" ];
              autoFormat = true;
            };
          }
        ]
      );
      own-assertion = refuse [ "Failed assertions" "it is Tuesday" ] (with' {
        assertions = [
          {
            assertion = false;
            message = "it is Tuesday";
          }
        ];
      });
      no-root = refuse [ "fileSystems" ] [ { boot.loader.grub.device = "/dev/vda"; users.allowNoPasswordLogin = true; } ];
      same-uid = refuse [ "uid 1234" "a and b" ] (with' {
        users.users.a = {
          isNormalUser = true;
          uid = 1234;
        };
        users.users.b = {
          isNormalUser = true;
          uid = 1234;
        };
      });
      missing-argument = refuse [ "'flavour'" "nobody provides" ] (with' ({ flavour, ... }: { networking.hostName = flavour; }));
      monitor-without-package = refuse [ "libbpf-tools" "overlay" ] (
        guest
        ++ [
          profiles.monitoring
          {
            nixos-flake.monitoring.enable = true;
            nixos-flake.monitoring.biolatency.enable = true;
          }
        ]
      );
      read-only = refuse [ "my.constant" "read-only" ] (
        guest
        ++ [
          (
            { config, lib, ... }:
            {
              options.my.constant = lib.mkOption {
                type = lib.types.str;
                readOnly = true;
              };
              config.networking.hostName = config.my.constant;
            }
          )
          { my.constant = "a"; }
          { my.constant = "b"; }
        ]
      );
      kernel-without-source = refuse [ "nixos-flake.kernel.source" ] (kernel { flavor = "source"; });
      kernel-of-no-series = refuse [ "linuxPackages_9_99" ] (kernel { flavor = "series"; series = "9_99"; });
      fragment-with-nonsense = refuse [ "wrong-type.nix:" "not a line of a kernel configuration" ] (
        kernel { fragments = [ ./fixtures/wrong-type.nix ]; }
      );
      image-argument = {
        says = [ "make-disk-image" "diskSise" ];
        value =
          let
            e = evaluate guest;
          in
          (import (nixpkgs + "/nixos/lib/make-disk-image.nix") {
            inherit (e) config pkgs;
            inherit lib;
            diskSise = 1;
          }).drvPath;
      };
      variant-of-unknown-option = {
        says = [ "virtualisation.vmVariant.virtualisation.memory" "does not exist" ];
        value = (vmOf guest { memory = 1; }).system.build.vm.drvPath;
      };
      node-of-unknown-option = {
        says = [ "nodes.one.services.nothing" "does not exist" ];
        value = (twoNodes { services.nothing = 1; }).drvPath;
      };
      node-with-overlays = {
        says = [ "node.pkgsReadOnly" "overlays" ];
        value =
          ((evaluate guest).pkgs.testers.runNixOSTest {
            name = "x";
            nodes.one.nixpkgs.overlays = [ (_: _: { }) ];
            testScript = "";
          }).drvPath;
      };
      module-with-stray-attribute = refuse [ "'options' or 'config'" "stray" ] (with' { config = { }; stray = 1; });
    };

  # The text of run-fleet-vm, and where its image would be.
  runScript =
    let
      vm = (vmOf guest { memorySize = 4096; cores = 4; diskSize = 20480; graphics = false; }).system.build.vm;
    in
    {
      text = builtins.unsafeDiscardStringContext vm.script;
      image = builtins.unsafeDiscardStringContext "${vm.image}";
    };

  # Who builds is told what the stand-in cannot do, by the option's name.
  unbuilt =
    let
      fail = says: value: { inherit says value; };
      image = modules: (buildOf modules).images.qemu;
    in
    {
      efi-image = fail [ "stand-in" "partitionTableType" "CONFIG_NIXOS_NIXPKGS_URL" ] (buildOf guest).images.raw-efi;
      iso = fail [ "stand-in" "ISO" ] (buildOf installer).isoImage;
      test-driver = fail [ "stand-in" "test" ] (twoNodes { }).driverInteractive;
      other-kernel = fail [ "stand-in" "boot.kernelPackages" "linux-6.12" ] (image (kernel kernels.series));
      kernel-from-source = fail [ "boot.kernelPackages" "6.16.0-rc6" ] (image (kernel kernels.source));
      kernel-fragments = fail [ "boot.kernelPatches" ] (image (kernel kernels.fragments));
      no-debian-package = fail [ "nvmet-cli" ] (image (guest ++ [ { environment.systemPackages = [ (evaluate guest).pkgs.nvmet-cli ]; } ]));
      a-package = fail [ "stand-in" "fio" ] (evaluate guest).pkgs.fio;
      a-kernel = fail [ "stand-in" "linux-6.12" ] (evaluate (kernel kernels.series)).config.boot.kernelPackages.kernel.dev;
      desktop = fail [ "services.desktopManager.gnome.enable" ] (image (guest ++ [ profiles.gnome ]));
      unsupported-option = fail [ "console.keyMap" ] (image (guest ++ [ { console.keyMap = "de"; } ]));
      # These tests have a store of their own.
      closure-of-another-store = fail [ "/nix/store" "NIX_STORE_DIR" ] (buildOf diskless).toplevel;
    };
}
