# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: DHCP on every Ethernet interface. busybox's client stands in for dhcpcd, systemd-networkd and,
# where the name comes by DHCP, for polkit: it starts in a fraction of their time and may set the name.

make_network() {
  is '.network | .dhcp or .networkd' || return 0
  local take_name=no
  if is .dhcpHostName; then take_name=yes; fi
  sed "s,@take_name@,$take_name,g" "$builder/guest/dhcp-event" | put /etc/standin/dhcp-event 0755
  put /etc/standin/dhcp-start 0755 <"$builder/guest/dhcp-start"
  install_guest_units standin-dhcp.service
  want standin-dhcp.service multi-user.target
  rm -f "$root/etc/resolv.conf"
  link /run/resolv.conf /etc/resolv.conf
}
