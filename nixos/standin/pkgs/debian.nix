# SPDX-License-Identifier: GPL-2.0-or-later
# nixpkgs attribute -> Debian 12 packages. null: Debian has no such package; configurations that use it
# evaluate, images that contain it fail to build and say which. `tree`: what ../suites has of it.
{
  # What every NixOS has on PATH (environment.corePackages).
  acl = "acl";
  attr = "attr";
  bash = {
    debian = "bash";
    passthru.shellPath = "/bin/bash";
  };
  bashInteractive = {
    debian = "bash";
    meta.mainProgram = "bash";
    passthru.shellPath = "/bin/bash";
  };
  bashNonInteractive = {
    debian = "bash";
    meta.mainProgram = "bash";
    passthru.shellPath = "/bin/bash";
  };
  bzip2 = "bzip2";
  coreutils = "coreutils";
  coreutils-full = "coreutils";
  cpio = "cpio";
  curl = "curl";
  diffutils = "diffutils";
  findutils = "findutils";
  gawk = "gawk";
  getconf = "libc-bin";
  getent = "libc-bin";
  glibc = "libc-bin";
  gnugrep = "grep";
  gnupatch = "patch";
  gnused = "sed";
  gnutar = "tar";
  gzip = "gzip";
  less = "less";
  libcap = "libcap2-bin";
  mkpasswd = "whois";
  ncurses = "ncurses-bin";
  netcat = "netcat-openbsd";
  procps = "procps";
  su = "util-linux";
  time = "time";
  util-linux = "util-linux util-linux-extra mount fdisk bsdutils bsdextrautils";
  which = "debianutils";
  xz = "xz-utils";
  zstd = "zstd";
  # What NixOS's own modules put there.
  dbus = "dbus";
  dhcpcd = "dhcpcd-base";
  glibcLocales = "locales";
  hostname = "hostname";
  hostname-debian = "hostname";
  iproute2 = "iproute2";
  iputils = "iputils-ping iputils-arping iputils-tracepath";
  kmod = "kmod";
  man-db = "man-db";
  nano = "nano";
  net-tools = "net-tools";
  nftables = "nftables";
  iptables = "iptables";
  nix = null;
  openssh = "openssh-client openssh-server";
  pam = "libpam-modules";
  polkit = "polkitd";
  shadow = {
    debian = "passwd login";
    passthru.shellPath = "/bin/nologin";
  };
  sudo = "sudo";
  systemd = "systemd systemd-sysv udev";
  systemdMinimal = "systemd";

  # Shells and everyday tools.
  bash-completion = "bash-completion";
  btop = "btop";
  dash = {
    debian = "dash";
    passthru.shellPath = "/bin/dash";
  };
  # Both print what a machine is.
  fastfetch = {
    debian = "neofetch";
    links."/usr/bin/fastfetch" = "neofetch";
  };
  file = "file";
  fish = {
    debian = "fish";
    passthru.shellPath = "/bin/fish";
  };
  git = "git";
  gitFull = "git git-svn git-email git-cvs gitk";
  gitMinimal = "git";
  git-subrepo = null;
  helix = null;
  htop = "htop";
  jq = "jq";
  lsof = "lsof";
  neovim = "neovim";
  pciutils = "pciutils";
  psmisc = "psmisc";
  rsync = "rsync";
  screen = "screen";
  socat = "socat";
  strace = "strace";
  tmux = "tmux";
  tree = "tree";
  unzip = "unzip";
  usbutils = "usbutils";
  vim = "vim";
  wget = "wget";
  zellij = null;
  zsh = {
    debian = "zsh";
    passthru.shellPath = "/bin/zsh";
  };

  # Filesystems.
  acct = "acct";
  bcachefs-tools = null;
  btrfs-progs = "btrfs-progs";
  checkbashisms = "devscripts";
  cifs-utils = "cifs-utils";
  dosfstools = "dosfstools";
  dump = "dump";
  duperemove = "duperemove";
  e2fsprogs = "e2fsprogs";
  erofs-utils = "erofs-utils";
  exfatprogs = "exfatprogs";
  f2fs-tools = "f2fs-tools";
  fsverity-utils = "fsverity";
  indent = "indent";
  jfsutils = "jfsutils";
  keyutils = "keyutils";
  nfs-utils = "nfs-common nfs-kernel-server";
  nilfs-utils = "nilfs-tools";
  ntfs3g = "ntfs-3g";
  quota = "quota";
  rpcbind = "rpcbind";
  samba = "samba";
  thin-provisioning-tools = "thin-provisioning-tools";
  xfsdump = "xfsdump";
  xfsprogs = {
    debian = "xfsprogs";
    outputs = [
      "bin"
      "out"
    ];
  };
  xfstests = {
    debian = "util-linux";
    tree = ../suites/xfstests;
  };

  # Test suites that nixpkgs lacks, too: the library's overlay brings them there. The kernel's and git's
  # are real, built from Debian's sources; the others are stand-ins.
  blktests = {
    debian = "util-linux";
    tree = ../suites/blktests;
  };
  git-testsuite = {
    debian = "perl perl-base zlib1g";
    tree = import ../suites/git-testsuite;
  };
  kselftests = {
    debian = "perl perl-base liburcu8";
    tree = import ../suites/kselftests;
  };
  ltp = {
    debian = "util-linux";
    tree = ../suites/ltp;
  };
  mmtests = {
    debian = "perl python3";
    tree = ../suites/mmtests;
  };
  pynfs = {
    debian = "python3 nfs-common";
    tree = ../suites/pynfs;
  };

  # Block devices.
  blktrace = "blktrace";
  cryptsetup = "cryptsetup-bin";
  dmraid = "dmraid";
  fio = "fio";
  hdparm = "hdparm";
  libnvme = "libnvme1";
  libzbd = "libzbd2";
  lsscsi = "lsscsi";
  lvm2 = "lvm2 dmsetup";
  mdadm = "mdadm";
  multipath-tools = "multipath-tools";
  nbd = "nbd-client nbd-server";
  libndctl = "ndctl";
  nvme-cli = "nvme-cli";
  nvmet-cli = null;
  openiscsi = "open-iscsi";
  parted = "parted";
  rdma-core = "rdma-core";
  sdparm = "sdparm";
  sg3_utils = "sg3-utils";
  smartmontools = "smartmontools";
  spdk = null;
  targetcli-fb = "targetcli-fb";
  tgt = "tgt";

  # Load, measurement, tracing.
  bcc = "bpfcc-tools";
  bpftools = "bpftool";
  bpftrace = "bpftrace";
  dmidecode = "dmidecode";
  gnuplot = "gnuplot-nox";
  iotop = "iotop";
  iperf = "iperf3";
  iperf3 = "iperf3";
  netperf = null;
  numactl = "numactl";
  pagemon = "pagemon";
  perf = "linux-perf";
  perf-tools = "perf-tools-unstable";
  powertop = "powertop";
  rt-tests = "rt-tests";
  stress-ng = "stress-ng";
  sysbench = "sysbench";
  sysstat = {
    debian = "sysstat";
    binDirs = [ "/usr/lib/sysstat" ];
    links."/usr/lib/sa" = "sysstat";
  };
  trace-cmd = "trace-cmd";
  R = "r-base-core";

  # Networks.
  conntrack-tools = "conntrack";
  ethtool = "ethtool";
  krb5 = "krb5-user";
  netsniff-ng = "netsniff-ng";
  openssl = "openssl";
  tcpdump = "tcpdump";

  # Databases.
  mariadb = "mariadb-server-core mariadb-client-core";
  postgresql = {
    debian = "postgresql-15";
    version = "15";
    binDirs = [ "/usr/lib/postgresql/15/bin" ];
    passthru = {
      psqlSchema = "15";
    };
  };
  postgresql_15 = {
    debian = "postgresql-15";
    version = "15";
    binDirs = [ "/usr/lib/postgresql/15/bin" ];
    passthru = {
      psqlSchema = "15";
    };
  };
  sqlite = "sqlite3";

  # Compilers and what kernel builds need.
  apacheHttpd = "apache2-bin";
  autoconf = "autoconf";
  automake = "automake";
  bison = "bison";
  b4 = "b4";
  bc = "bc";
  binutils = "binutils";
  ccache = "ccache";
  clang = "clang";
  coccinelle = "coccinelle";
  cvs = "cvs";
  cvsps = "cvsps";
  elfutils = "elfutils libelf-dev libdw-dev";
  expat = "libexpat1-dev";
  expect = "expect";
  flex = "flex";
  gcc = "gcc g++ libc6-dev";
  gdb = "gdb";
  gdbm = "libgdbm-dev";
  gettext = "gettext";
  gnumake = "make";
  kexec-tools = "kexec-tools";
  libaio = "libaio-dev";
  libhugetlbfs = "libhugetlbfs-bin";
  libnl = "libnl-3-dev libnl-genl-3-dev";
  libpq = {
    debian = "libpq-dev";
    passthru.pg_config = null;
  };
  libseccomp = "libseccomp-dev";
  libselinux = "libselinux1-dev";
  libsepol = "libsepol-dev";
  libtirpc = "libtirpc-dev";
  libtool = "libtool libtool-bin";
  liburing = "liburing-dev";
  libuuid = "uuid-dev";
  lld = "lld";
  llvm = "llvm";
  m4 = "m4";
  mercurial = "mercurial";
  p4 = null;
  pahole = "dwarves";
  pkg-config = "pkg-config";
  pkgconf = "pkgconf";
  rust-bindgen = "bindgen";
  rustc = "rustc";
  rustfmt = "rustfmt";
  smatch = null;
  sparse = "sparse";
  subversion = "subversion";
  swig = "swig";
  syzkaller = null;
  trinity = "trinity";
  zlib = "zlib1g-dev";

  # Virtual machines.
  OVMF = "ovmf";
  ansible = "ansible-core";
  libguestfs = "libguestfs-tools";
  libvirt = "libvirt-daemon-system libvirt-clients";
  qemu = "qemu-system-x86";
  qemu-utils = "qemu-utils";
  qemu_kvm = "qemu-system-x86";
  virtiofsd = null;

  # Desktops.
  dejavu_fonts = "fonts-dejavu-core";
  gnome-console = "gnome-console";
  gnome-tour = "gnome-tour";
  sway = "sway";

  # Development outputs asked for as a formatter.
  nixfmt = null;
  nixfmt-rfc-style = null;
  nixos-rebuild = null;
  nixos-rebuild-ng = null;
}
