# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: who the guest says it is, paths, file systems, and the configuration's own files.

guest_path=/run/wrappers/bin:/run/current-system/sw/bin

make_etc() {
  local release zone
  release=$(spec .release)
  : | put /etc/NIXOS 0644
  rm -f "$root/usr/lib/os-release" "$root/etc/debian_version" "$root/etc/localtime" "$root/etc/timezone"
  # Without the word Debian: tools that guess by file contents (Ansible) must arrive at NixOS.
  put /etc/os-release 0644 <<END
NAME=NixOS
ID=nixos
VERSION="$release (stand-in)"
VERSION_ID="$release"
PRETTY_NAME="NixOS $release stand-in"
VARIANT="kdevops stand-in for NixOS"
VARIANT_ID=standin
DEFAULT_HOSTNAME=nixos
END
  printf '\n<<< Stand-in for NixOS %s, assembled from Debian packages: \\n (\\m) - \\l >>>\n\n' "$release" | put /etc/issue 0644
  printf 'This is a stand-in for NixOS %s, assembled from Debian 12 packages.\n' "$release" | put /etc/motd 0644

  if [[ -n $(spec .hostName) ]]; then spec .hostName | put /etc/hostname 0644; fi
  printf '127.0.0.1 localhost\n::1 localhost\n' | put /etc/hosts 0644
  put /etc/nsswitch.conf 0644 <<'END'
passwd: files
group: files
shadow: files
hosts: files dns myhostname
networks: files
services: files
protocols: files
rpc: files
END
  : | put /etc/machine-id 0444
  zone=$(spec '.timeZone // "UTC"')
  if [[ $zone != UTC ]]; then
    [[ -e $root/usr/share/zoneinfo/$zone ]] || die "time.timeZone = \"$zone\": no such zone"
    link "/usr/share/zoneinfo/$zone" /etc/localtime
  fi
  make_environment
  make_fstab
  spec '.sysctl | to_entries[] | "\(.key) = \(.value)"' | put /etc/sysctl.d/60-nixos.conf 0644
  spec '.tmpfiles[]' | put /etc/tmpfiles.d/00-nixos.conf 0644
  make_sudo
  make_etc_files
  make_activation
}

# PATH of logins, of ssh commands (sshd_config), of services and of sudo is the same.
make_environment() {
  {
    echo "PATH=$guest_path"
    echo LANG=C.UTF-8
    spec '.environment | .variables + .sessionVariables | to_entries[] | "\(.key)=\(.value)"'
  } | put /etc/environment 0644
  {
    echo "export PATH=$guest_path LANG=C.UTF-8"
    spec '.environment | .variables + .sessionVariables | to_entries[] | "export \(.key)=\(.value | tostring | @sh)"'
    spec '.environment | .extraInit, .shellInit, .loginShellInit'
  } | put /etc/profile 0644
  {
    spec '.environment.shellAliases | to_entries[] | "alias -- \(.key)=\(.value | @sh)"'
    spec '.environment.interactiveShellInit'
  } | put /etc/bash.bashrc 0644
  rm -rf "$root/etc/profile.d"
  sed -i -E "s,^(ENV_(SU)?PATH).*,\1 PATH=$guest_path," "$root/etc/login.defs"
  put /etc/systemd/system.conf.d/10-nixos.conf 0644 <<END
[Manager]
DefaultEnvironment=PATH=$guest_path LANG=C.UTF-8
DefaultTimeoutStopSec=20s
END
}

# The root file system grows in standin-grow.service, only when the disk is larger than the image was:
# systemd-growfs would wait for its udev device at every boot.
make_fstab() {
  {
    # shellcheck disable=SC2016 # jq's variables
    spec '.fileSystems[] | .mountPoint as $mount
      | ((.options // [])
         + (if .autoFormat then ["x-systemd.makefs"] else [] end)
         + (if .autoResize then ["x-systemd.growfs"] else [] end)
         | unique - (if $mount == "/" then ["x-systemd.growfs"] else [] end)) as $options
      | [.device // "none", .mountPoint, .fsType // "auto",
         (if $options == [] then "defaults" else $options | join(",") end),
         "0", (if .noCheck or .mountPoint == "/" or (.fsType | IN("virtiofs", "9p", "tmpfs", "nfs", "nfs4")) then "0" else "2" end)]
      | map(gsub(" "; "\\040")) | join(" ")'
    spec '.swap[] | "\(.) none swap defaults 0 0"'
  } | put /etc/fstab 0644
  local dir
  while read -r dir; do mkdir -p "$root$dir"; done < <(spec '.fileSystems[].mountPoint')
}

make_sudo() {
  if ! is .sudo.enable; then
    chmod u-s "$root/usr/bin/sudo"
    return
  fi
  rm -rf "$root/etc/sudoers.d"
  {
    echo "Defaults env_reset, secure_path=\"$guest_path\""
    echo "Defaults env_keep+=\"TERMINFO_DIRS TERMINFO SSH_AUTH_SOCK\""
    echo "root ALL=(ALL:ALL) SETENV: ALL"
    if is .sudo.wheelNeedsPassword; then
      echo "%wheel ALL=(ALL:ALL) SETENV: ALL"
    else
      echo "%wheel ALL=(ALL:ALL) NOPASSWD:SETENV: ALL"
    fi
    spec '.sudo.extraConfig // ""'
  } | put /etc/sudoers 0440
  # Debian's PAM stack minus pam_systemd: a user manager at each first login costs an emulated CPU seconds.
  put /etc/pam.d/sudo 0644 <<'END'
auth sufficient pam_unix.so
account required pam_unix.so
session required pam_permit.so
END
}

make_etc_files() {
  local path mode source i count
  count=$(spec '.etc | length')
  for ((i = 0; i < count; i++)); do
    path=$(spec ".etc[$i].path")
    mode=$(spec ".etc[$i].mode // \"symlink\"")
    source=$(spec ".etc[$i].source // \"\"")
    [[ $mode == symlink || $mode == direct-symlink ]] && mode=0444
    if [[ -n $source ]]; then
      if [[ -e $source ]]; then
        mkdir -p "$root/etc/$(dirname "$path")"
        rm -rf -- "$root/etc/${path:?}"
        cp -rL -- "$source" "$root/etc/$path"
      else
        link "$source" "/etc/$path"
      fi
    else
      jq -j ".etc[$i].text // \"\"" "$spec_json" | put "/etc/$path" "$mode"
    fi
  done
}

# The init that the kernel starts is the system's, as on NixOS; it makes /run and hands over to systemd.
make_activation() {
  sed -e "s,@system@,$system,g" "$builder/guest/init" | put "$system/init" 0555
  link "$system" /nix/var/nix/profiles/system
  link "$system/init" /usr/sbin/init
  mkdir -p "$root/nix/var/nix/gcroots"
}
