# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: read the specification, fill in defaults, refuse what this builder cannot do.

read_spec() {
  jq -es 'length == 1 and (.[0] | type == "object")' "$spec_file" >/dev/null 2>&1 || die "$spec_file is not a JSON object"
  spec_json=$work/spec.json
  # The defaults let a hand-written specification stay short; the evaluator gives every key.
  jq -S --slurpfile defaults "$builder/spec-defaults.json" \
    '($defaults[0] * .) | (.packages, .storePackages, .systemdPackages) |= map({binDirs: [], links: [], tree: null, path: ($path + .attr)} + .)' \
    --arg path "/usr/lib/standin/" \
    "$spec_file" >"$spec_json" || die "cannot read the specification $spec_file"

  local unknown missing
  unknown=$(jq -r --slurpfile d "$builder/spec-defaults.json" 'keys - ($d[0] | keys) | join(" ")' "$spec_json")
  [[ -z $unknown ]] || die "the image builder does not know these keys of the specification: $unknown"
  [[ $(spec .platform) == x86_64-linux ]] ||
    die "cannot build an image for platform '$(spec .platform)': Debian packages of this builder are x86_64-linux only"
  [[ $(spec .schema) == 1 ]] || die "specification has schema $(spec .schema), this builder reads schema 1"
  missing=$(spec '[.packages[], .storePackages[], .systemdPackages[] | select(.debian == null) | .attr] | unique | join(" ")')
  [[ -z $missing ]] ||
    die "no Debian 12 package stands for these packages of the configuration: $missing; remove them, name a Debian package in nixos/standin/pkgs/debian.nix, or build from the real nixpkgs (CONFIG_NIXOS_NIXPKGS_URL)"
  missing=$(spec '.unsupported | join("; ")')
  [[ -z $missing ]] || die "the stand-in's guest does not do what these options ask for: $missing"
  if [[ -n $initrd_out ]]; then
    [[ $(spec '.closure | type') == object ]] || die "a closure was asked for, the specification has no key \"closure\""
    refuse_closure_options
    system=$out
    return
  fi
  refuse_disk_options
  # Names of the store path carry the specification, as on NixOS: another configuration, another path.
  local digest
  digest=$(sha256sum <"$spec_json" | cut -c1-32 | tr e z)
  # shellcheck disable=SC2034 # for later stages
  system=/nix/store/$digest-nixos-system-$(spec '.systemName | gsub("[^A-Za-z0-9+._-]"; "-")')-$(spec .release)-standin
}

# A guest without a disk lives on tmpfs, with the store at the place that its paths name.
refuse_closure_options() {
  local bad
  bad=$(spec '(.fileSystems | map({key: .mountPoint, value: .fsType}) | from_entries) as $type
    | {"/": "tmpfs", "/nix/store": "virtiofs"} | to_entries[] | select($type[.key] != .value)
    | "fileSystems.\"\(.key)\".fsType = \"\($type[.key] // "")\" (only \"\(.value)\")"')
  [[ -z $bad ]] || die "a closure of the stand-in does not do ${bad//$'\n'/, }"
  bad=$(spec '.fileSystems[] | select(.neededForBoot and .mountPoint != "/" and .fsType != "virtiofs" and .fsType != "tmpfs") | .mountPoint')
  [[ -z $bad ]] || die "neededForBoot of ${bad//$'\n'/, }: the initrd of a closure mounts virtiofs and tmpfs only"
}

# Arguments of make-disk-image that change the image in a way this builder does not have.
refuse_disk_options() {
  local bad
  bad=$(spec '.disk | to_entries[] | select(
      (.key == "partitionTableType" and .value != "legacy")
      or (.key == "format" and (.value | IN("qcow2", "qcow2-compressed", "raw") | not))
      or (.key == "fsType" and .value != "ext4")
      or (.key == "installBootLoader" and .value != true))
    | "\(.key) = \(.value | tojson)"')
  [[ -z $bad ]] ||
    die "make-disk-image of the stand-in does not do ${bad//$'\n'/, }; it makes an MBR disk with GRUB and ext4 in qcow2, qcow2-compressed or raw"
  [[ $(spec .disk.label) =~ ^[A-Za-z0-9_.-]{1,16}$ ]] ||
    die "label = \"$(spec .disk.label)\": a label of ext4 is 1 to 16 characters of letters, digits, '_', '.', '-'"
  bad=$(spec '.fileSystems[] | select(.mountPoint == "/" and .fsType != "ext4" and .fsType != "auto") | .fsType')
  [[ -z $bad ]] || die "fileSystems.\"/\".fsType = \"$bad\": the stand-in's root is ext4"
}
