# shellcheck shell=bash disable=SC2154 # globals of build and of earlier stages
# SPDX-License-Identifier: GPL-2.0-or-later
# Stage: passwd, group, shadow, home directories, authorized keys.
#
# The configuration's users and groups come first. Debian's own stay where files or services need them,
# under an id of their own; files follow an id that changed.

# Entries of Debian that nothing here uses; NixOS does not have them either.
debian_only_users="daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt"
debian_only_groups="daemon bin sys man mail news uucp proxy fax voice sudo backup operator list irc src sasl staff games gnats"

make_users() {
  spec '.groups[] | [.name, .gid // "-"] | join(":")' >"$work/spec-groups"
  spec '.users[] | [.name, .uid // "-", .group, .home // "/var/empty", .shell // "/run/current-system/sw/bin/nologin",
      .isNormalUser // false, .description // "", (.extraGroups // [] | join(","))] | join(":")' >"$work/spec-users"
  keep_service_users
  assign_ids "$work/spec-groups" "$root/etc/group" "$debian_only_groups" >"$work/groups"
  assign_ids "$work/spec-users" "$root/etc/passwd" "$debian_only_users" >"$work/users"
  move_owned_files
  write_group
  write_passwd
  make_homes
  make_authorized_keys
}

# Debian's packages bring users that NixOS makes only with the service.
keep_service_users() {
  is .postgresql.enable || { debian_only_users+=" postgres" && debian_only_groups+=" postgres"; }
  is .mysql.enable || { debian_only_users+=" mysql" && debian_only_groups+=" mysql"; }
}

# assign_ids SPEC DEBIAN_FILE IGNORED: lines "name:new id:old id or -". Ids the configuration leaves
# open: Debian's when it has the name, else from 1000 up for people and from 999 down for the system.
assign_ids() {
  awk -F: -v ignored="$3" '
    BEGIN { n = split(ignored, words, " "); for (i = 1; i <= n; i++) drop[words[i]] }
    NR == FNR { debian[$1] = $3; order[++count] = $1; next }
    { spec[$1] = $2; normal[$1] = ($6 == "true"); wanted[++total] = $1 }
    function take(name, id) { id_of[name] = id; used[id] = name }
    END {
      for (i = 1; i <= total; i++) {
        name = wanted[i]
        if (spec[name] == "-") continue
        if (spec[name] in used) {
          print "!" name ":" used[spec[name]] ":" spec[name]; exit
        }
        take(name, spec[name])
      }
      # Ids that Debian gave, as far as the configuration left them free.
      for (i = 1; i <= count; i++) {
        name = order[i]
        if (name in id_of || (!(name in spec) && name in drop)) continue
        if (!(debian[name] in used)) take(name, debian[name])
      }
      high = 999; low = 1000
      for (i = 1; i <= total; i++) {
        name = wanted[i]
        if (name in id_of) continue
        if (normal[name]) { while (low in used) low++; take(name, low) }
        else { while (high in used) high--; take(name, high) }
      }
      for (i = 1; i <= count; i++) {
        name = order[i]
        if (name in id_of || (!(name in spec) && name in drop)) continue
        while (high in used) high--
        take(name, high)
      }
      for (i = 1; i <= total; i++) print wanted[i] ":" id_of[wanted[i]] ":" (wanted[i] in debian ? debian[wanted[i]] : "-")
      for (i = 1; i <= count; i++) if (order[i] in id_of && !(order[i] in spec)) print order[i] ":" id_of[order[i]] ":" debian[order[i]]
    }' "$2" "$1" | awk '/^!/ {print > "/dev/stderr"; bad = 1} {print} END {exit bad}' 2>"$work/id-clash" || {
    local name other id
    IFS=: read -r name other id <"$work/id-clash"
    die "'${name#!}' and '$other' of the configuration have the same id $id"
  }
}

# Ids of Debian's that changed: chown drops set-id bits, so modes are put back.
move_owned_files() {
  local kind name new old
  for kind in user group; do
    while IFS=: read -r name new old; do
      [[ $old == - || $old == "$new" ]] || printf '%s %s\n' "$old" "$new"
    done <"$work/${kind}s" >"$work/moved-$kind"
    [[ -s $work/moved-$kind ]] || continue
    # %U and %G are ids here: one listing first, so that ids which swap do not meet.
    find "$root" -xdev ! "-${kind:0:1}id" 0 -printf "%${kind^}\0%m\0%p\0" 2>/dev/null >/dev/null || true
    local format=%U
    [[ $kind == user ]] || format=%G
    find "$root" -xdev ! "-${kind:0:1}id" 0 -printf "$format %#m %y %p\n" |
      awk 'NR == FNR {to[$1] = $2; next} $1 in to {old = $1; $1 = to[old]; print}' "$work/moved-$kind" - |
      while read -r id mode type path; do
        if [[ $kind == user ]]; then chown -h "$id" "$path"; else chgrp -h "$id" "$path"; fi
        [[ $type == l ]] || chmod "$mode" "$path"
      done
  done
}

# shellcheck disable=SC2016 # $g is jq's
write_group() {
  # Members: users that name a group in extraGroups; a name without such a group is an error.
  spec '.groups[] | .name as $g | .members // [] | .[] | "\(.):\($g)"' >"$work/spec-members"
  awk -F: -v users="$work/spec-users" -v more="$work/spec-members" '
    function add(group, user) {
      if ((group, user) in seen) return
      seen[group, user]; members[group] = members[group] (members[group] == "" ? "" : ",") user
    }
    BEGIN {
      while ((getline line < users) > 0) {
        split(line, f, ":"); n = split(f[8], extra, ",")
        for (i = 1; i <= n; i++) add(extra[i], f[1])
      }
      while ((getline line < more) > 0) { split(line, f, ":"); add(f[2], f[1]) }
    }
    { print $1 ":x:" $2 ":" members[$1]; known[$1] }
    END { for (g in members) if (!(g in known)) print g > "/dev/stderr" }' \
    "$work/groups" 2>"$work/lost-groups" | sort -t: -k3,3n >"$root/etc/group"
  # NixOS ignores such a membership in silence; so does the guest, but the log names it.
  [[ ! -s $work/lost-groups ]] || warn "extraGroups name groups that nothing defines: $(paste -sd' ' "$work/lost-groups")"
  rm -f "$root"/etc/{group-,gshadow,gshadow-,passwd-,shadow-,subuid,subgid,subuid-,subgid-}
}

write_passwd() {
  local name uid old gid line password
  cp "$root/etc/passwd" "$work/debian-passwd"
  while IFS=: read -r name uid old; do
    line=$(grep -m1 "^$name:" "$work/spec-users") || line=
    if [[ -n $line ]]; then
      IFS=: read -r _ _ group home shell _ description _ <<<"$line"
      gid=$(awk -F: -v g="$group" '$1 == g {print $3}' "$root/etc/group")
      [[ -n $gid ]] || die "users.users.$name.group = \"$group\": there is no such group"
      printf '%s:x:%s:%s:%s:%s:%s\n' "$name" "$uid" "$gid" "$description" "$home" "$shell"
    else
      awk -F: -v OFS=: -v n="$name" -v uid="$uid" -v groups="$work/groups" '
        BEGIN { while ((getline line < groups) > 0) { split(line, f, ":"); if (f[3] != "-") now[f[3]] = f[2] } }
        $1 == n { $3 = uid; if ($4 in now) $4 = now[$4]; $7 = "/run/current-system/sw/bin/nologin"; print }' "$work/debian-passwd"
    fi
  done <"$work/users" | sort -t: -k3,3n >"$work/passwd"
  mv "$work/passwd" "$root/etc/passwd"

  while IFS=: read -r name _; do
    password=$(password_of "$name")
    printf '%s:%s:1::::::\n' "$name" "$password"
  done <"$root/etc/passwd" >"$root/etc/shadow"
  chmod 0644 "$root/etc/passwd" "$root/etc/group"
  chmod 0640 "$root/etc/shadow"
  chgrp "$(awk -F: '$1 == "shadow" {print $3}' "$root/etc/group")" "$root/etc/shadow"
}

# No password is "*", not "!": sshd without PAM takes "!" for a locked account and refuses keys.
password_of() {
  local hash plain
  hash=$(spec_user "$1" hashedPassword)
  plain=$(spec_user "$1" password)
  if [[ -n $hash ]]; then
    [[ $hash == '!' ]] && hash='*'
    printf '%s' "$hash"
  elif [[ -n $plain ]]; then
    # A salt from the user's name: equal configurations give equal images.
    # shellcheck disable=SC2016 # perl's variables
    printf '%s' "$plain" | perl -e 'local $/; my $p = <STDIN>; print crypt($p, "\$6\$" . $ARGV[0] . "\$")' \
      "$(printf 'standin %s' "$1" | sha256sum | cut -c1-16)"
  else
    printf '*'
  fi
}

spec_user() { jq -r --arg n "$1" --arg k "$2" '.users[] | select(.name == $n) | .[$k] // ""' "$spec_json"; }

make_homes() {
  local name home create uid gid
  while IFS='|' read -r name home create; do
    IFS=: read -r _ _ uid gid _ < <(grep -m1 "^$name:" "$root/etc/passwd")
    case $home in
      / | /var/empty | /nonexistent | '') continue ;;
    esac
    [[ $create == true ]] || continue
    mkdir -p "$root$home"
    chown "$uid:$gid" "$root$home"
    chmod 0700 "$root$home"
  done < <(spec '.users[] | "\(.name)|\(.home // "")|\(.createHome // .isNormalUser // false)"')
  mkdir -p "$root/var/empty" "$root/root"
  chmod 0555 "$root/var/empty"
}

make_authorized_keys() {
  local name
  while read -r name; do
    jq -r --arg n "$name" '.users[] | select(.name == $n) | .authorizedKeys[] | rtrimstr("\n")' "$spec_json" |
      put "/etc/ssh/authorized_keys.d/$name" 0444
  done < <(spec '.users[] | select((.authorizedKeys // []) != []) | .name')
}
