# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: systemd units of the configuration and of the services it enables.

make_services() {
  link /usr/lib/systemd/system/multi-user.target /etc/systemd/system/default.target
  want systemd-user-sessions.service multi-user.target
  # Only devices that units wait for or rules act on; a full trigger costs an emulated CPU seconds.
  put /etc/systemd/system/systemd-udev-trigger.service.d/standin.conf 0644 <<'END'
[Service]
ExecStart=
ExecStart=-udevadm trigger --type=devices --action=add --prioritized-subsystem=block,net --subsystem-match=block --subsystem-match=net --subsystem-match=pci --subsystem-match=virtio --subsystem-match=virtio-ports --subsystem-match=nvme --subsystem-match=scsi --subsystem-match=scsi_host --subsystem-match=usb --subsystem-match=input --subsystem-match=misc --subsystem-match=rtc --subsystem-match=acpi
END
  install_guest_units standin-power.service standin-grow.service
  put /etc/acpi/PWRF/00000080 0755 <<'END'
#!/bin/sh
exec /usr/bin/systemctl --no-block poweroff
END
  want standin-power.service multi-user.target
  if is .growPartition; then want standin-grow.service multi-user.target; fi

  if is .sshd.enable; then make_sshd; fi
  make_gettys
  if is .qemuGuest; then make_guest_agent; fi
  if is .postgresql.enable; then make_postgresql; fi
  if is .mysql.enable; then make_mysql; fi
  if is .nfsServer.enable; then make_nfs_server; elif is .rpcbind; then want_debian_unit rpcbind.socket sockets.target; fi
  if ! is .lvm; then rm -f "$root"/usr/lib/udev/rules.d/69-lvm*.rules; fi
  if is .firewall; then warn "networking.firewall is on; the stand-in's guest filters nothing"; fi
  # The last word has the configuration: a unit of the same name replaces ours.
  make_units
}

install_guest_units() {
  local unit
  for unit; do put "/etc/systemd/system/$unit" 0644 <"$builder/guest/$unit"; done
}

want_debian_unit() {
  [[ -e $root/usr/lib/systemd/system/$1 ]] || die "the package tree has no unit $1"
  link "/usr/lib/systemd/system/$1" "/etc/systemd/system/$2.wants/$1"
}

make_sshd() {
  rm -f "$root"/usr/lib/systemd/system/ssh*.{service,socket} "$root"/usr/lib/systemd/system/rescue-ssh.target
  rm -rf "$root/etc/ssh/sshd_config.d"
  {
    spec '.sshd.ports[] | "Port \(.)"'
    spec .sshd.extraConfig
    spec '.sshd.settings | to_entries[] | select(.value != null and .key != "Ports")
      | "\(.key) \(.value | if type == "array" then map(tostring) | join(" ") elif type == "boolean" then (if . then "yes" else "no" end) else tostring end)"'
    # sshd takes the first value of a keyword: what follows are defaults.
    cat <<END
UsePAM no
AuthorizedKeysFile %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u
HostKey /etc/ssh/ssh_host_ed25519_key
SetEnv PATH=$guest_path LANG=C.UTF-8
PrintMotd yes
UseDNS no
END
    if is .sshd.sftp; then echo "Subsystem sftp /usr/lib/openssh/sftp-server"; fi
  } | put /etc/ssh/sshd_config 0644
  put /etc/pam.d/sshd 0644 <<'END'
auth required pam_unix.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session required pam_env.so
session required pam_unix.so
END
  install_guest_units sshd.service
  want sshd.service multi-user.target
}

# Consoles with a login: those the configuration lists, or the kernel's serial ones.
make_gettys() {
  local tty
  install_guest_units standin-getty@.service
  {
    spec '.serialGetty[]'
    spec '.kernelParams[] | capture("^console=(?<t>tty[A-Z]+[0-9]+|hvc[0-9]+)") | .t'
    spec '.units[] | select(.enable != false and .wantedBy // [] != []) | .name | capture("^serial-getty@(?<t>[a-zA-Z0-9]+)\\.service$") | .t'
    # The command line of an external kernel is not the configuration's.
    [[ -z $initrd_out ]] || echo ttyS0
  } | sort -u | while read -r tty; do
    link /etc/systemd/system/standin-getty@.service "/etc/systemd/system/multi-user.target.wants/standin-getty@$tty.service"
  done
}

# Started by its device, whenever that appears: a guest without the channel has no failed unit.
make_guest_agent() {
  rm -f "$root"/usr/lib/systemd/system/qemu-guest-agent.service "$root"/usr/lib/udev/rules.d/60-qemu-guest-agent.rules
  install_guest_units qemu-guest-agent.service
  put /etc/udev/rules.d/60-qemu-guest-agent.rules 0644 <<'END'
SUBSYSTEM=="virtio-ports", ATTR{name}=="org.qemu.guest_agent.0", TAG+="systemd", ENV{SYSTEMD_WANTS}="qemu-guest-agent.service"
END
}

# What the NixOS module does for the options that the evaluator passes on.
# shellcheck disable=SC2016 # $u is jq's
make_postgresql() {
  local bin data
  bin=$(cd "$root" && echo usr/lib/postgresql/*/bin/postgres)
  [[ -e $root/$bin ]] || die "services.postgresql.enable: no PostgreSQL server in the guest's packages"
  data=$(spec '.postgresql.dataDir // "/var/lib/postgresql"')
  spec '.postgresql.settings // {} | to_entries[] | select(.value != null)
    | "\(.key) = \(.value | if type == "string" then "\u0027" + gsub("\u0027"; "\u0027\u0027") + "\u0027" elif type == "boolean" then (if . then "on" else "off" end) else tostring end)"' |
    put /etc/standin/postgresql.conf 0644
  spec '.postgresql.identMap // ""' | put /etc/standin/pg_ident.conf 0644
  spec '.postgresql.authentication // ""' | put /etc/standin/pg_hba.conf 0644
  {
    spec '.postgresql.initialScript // empty | "\\i \(.)"'
    spec '.postgresql.ensureDatabases // [] | .[] | "SELECT \u0027CREATE DATABASE \"\(.)\"\u0027 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = \u0027\(.)\u0027)\\gexec"'
    spec '.postgresql.ensureUsers // [] | .[] | .name as $u
      | "SELECT \u0027CREATE USER \"\($u)\"\u0027 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = \u0027\($u)\u0027)\\gexec",
        (if .ensureDBOwnership then "ALTER DATABASE \"\($u)\" OWNER TO \"\($u)\";" else empty end),
        (.ensureClauses // {} | to_entries[] | select(.value != null) | "ALTER ROLE \"\($u)\" \(if .value then "" else "NO" end)\(.key | ascii_upcase);")'
  } | put /etc/standin/postgresql.sql 0644
  put /etc/tmpfiles.d/postgresql.conf 0644 <<<"d /run/postgresql 0755 postgres postgres -"
  sed -e "s,@bin@,/${bin%/postgres},g" -e "s,@data@,$data,g" -e "s,@port@,$(spec '.postgresql.port // 5432'),g" \
    "$builder/guest/postgresql.service" | put /etc/systemd/system/postgresql.service 0644
  sed -e "s,@bin@,/${bin%/postgres},g" -e "s,@data@,$data,g" \
    -e "s,@options@,$(spec '.postgresql.initdbArgs // [] | map(@sh) | join(" ")'),g" "$builder/guest/postgresql-start" |
    put /etc/standin/postgresql-start 0755
  rm -f "$root"/usr/lib/systemd/system/postgresql*.service
  want postgresql.service multi-user.target
  [[ -n $(spec '.postgresql.initialScript // ""') ]] || make_cluster "/${bin%/postgres}" "$data"
}

# initdb takes an emulated CPU half a minute and this machine a second. When it does not work here (in a
# user namespace without devices, say) the guest makes its cluster at first start.
make_cluster() {
  local ids
  ids=$(awk -F: '$1 == "postgres" {print $3 ":" $4}' "$root/etc/passwd")
  mkdir -p "$root$(dirname "$2")" "$root/dev/shm"
  chown "$ids" "$root$(dirname "$2")"
  local options
  mapfile -t options < <(spec '.postgresql.initdbArgs // [] | .[]')
  if ! (umask 077 && chroot --userspec="$ids" "$root" "$1/initdb" --no-sync -U postgres -D "$2" \
    --auth-local=peer --auth-host=scram-sha-256 "${options[@]}") >"$work/initdb.log" 2>&1; then
    warn "no PostgreSQL cluster made in advance: $(tail -n 1 "$work/initdb.log")"
    rm -rf "${root:?}$2"
  fi
}

# shellcheck disable=SC2016 # $u is jq's, backticks are SQL's
make_mysql() {
  [[ -e $root/usr/sbin/mariadbd ]] || die "services.mysql.enable: no MariaDB server in the guest's packages"
  {
    spec '.mysql.ensureDatabases // [] | .[] | "CREATE DATABASE IF NOT EXISTS `\(.)`;"'
    spec '.mysql.ensureUsers // [] | .[] | .name as $u
      | "CREATE USER IF NOT EXISTS `\($u)`@localhost IDENTIFIED VIA unix_socket;",
        (.ensurePermissions // {} | to_entries[] | "GRANT \(.value) ON \(.key) TO `\($u)`@localhost;")'
  } | put /etc/standin/mysql.sql 0644
  {
    spec '.mysql.settings // {} | to_entries[] | "[\(.key)]", (.value | to_entries[] | if .value == true then .key else "\(.key) = \(.value)" end)'
  } | put /etc/mysql/mariadb.conf.d/99-nixos.cnf 0644
  put /etc/tmpfiles.d/mysql.conf 0644 <<<"d /run/mysqld 0755 mysql mysql -"
  rm -f "$root"/usr/lib/systemd/system/{mariadb,mysql,mysqld}*.service
  sed "s,@data@,$(spec '.mysql.dataDir // "/var/lib/mysql"'),g" "$builder/guest/mysql.service" |
    put /etc/systemd/system/mysql.service 0644
  want mysql.service multi-user.target
}

make_nfs_server() {
  spec '.nfsServer.exports // ""' | put /etc/exports 0644
  mkdir -p "$root/var/lib/nfs/v4recovery" "$root/var/lib/nfs/sm"
  want_debian_unit rpcbind.socket sockets.target
  want_debian_unit nfs-server.service multi-user.target
  want_debian_unit proc-fs-nfsd.mount nfs-server.service
}

make_units() {
  local i count name target file
  count=$(spec '.units | length')
  for ((i = 0; i < count; i++)); do
    name=$(spec ".units[$i].name")
    if [[ $(spec ".units[$i].enable") == false ]]; then
      link /dev/null "/etc/systemd/system/$name"
      continue
    fi
    # Our getty stands in for systemd's.
    name=${name/#serial-getty@/standin-getty@}
    file=$name
    if [[ $(spec ".units[$i].dropin") == true ]]; then file=$name.d/overrides.conf; fi
    if [[ $(spec ".units[$i].text // \"\"") != "" ]]; then
      jq -j ".units[$i].text" "$spec_json" | put "/etc/systemd/system/$file" 0644
    fi
    [[ $name != standin-getty@* ]] || continue
    while read -r target; do want "$name" "$target"; done < <(spec ".units[$i].wantedBy // [] | .[]")
    while read -r target; do
      link "../$name" "/etc/systemd/system/$target.requires/$name"
    done < <(spec ".units[$i].requiredBy // [] | .[]")
    while read -r target; do link "$name" "/etc/systemd/system/$target"; done < <(spec ".units[$i].aliases // [] | .[]")
  done
}
