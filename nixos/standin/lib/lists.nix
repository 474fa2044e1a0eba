# SPDX-License-Identifier: GPL-2.0-or-later
{ lib }:
rec {
  inherit (builtins)
    all
    any
    concatLists
    concatMap
    elem
    elemAt
    filter
    foldl'
    genList
    groupBy
    head
    isList
    length
    map
    partition
    sort
    tail
    ;

  singleton = x: [ x ];
  forEach = xs: f: map f xs;
  foldr =
    op: nul: list:
    let
      n = length list;
      go = i: if i == n then nul else op (elemAt list i) (go (i + 1));
    in
    go 0;
  fold = foldr;
  foldl = foldl';
  imap0 = f: list: genList (i: f i (elemAt list i)) (length list);
  imap1 = f: list: genList (i: f (i + 1) (elemAt list i)) (length list);
  ifilter0 = p: list: map (x: x.value) (filter (x: p x.index x.value) (imap0 (index: value: { inherit index value; }) list));
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: xs: if condition then xs else [ ];
  toList = x: if isList x then x else [ x ];
  range = first: last: if first > last then [ ] else genList (i: first + i) (last - first + 1);
  replicate = n: x: genList (_: x) n;
  flatten = x: if isList x then concatMap flatten x else [ x ];
  remove = x: filter (y: y != x);
  count = p: foldl' (n: x: if p x then n + 1 else n) 0;
  findFirst =
    p: default: list:
    let
      hits = filter p list;
    in
    if hits == [ ] then default else head hits;
  findSingle =
    p: none: multiple: list:
    let
      hits = filter p list;
    in
    if hits == [ ] then
      none
    else if length hits > 1 then
      multiple
    else
      head hits;
  reverseList =
    xs:
    let
      n = length xs;
    in
    genList (i: elemAt xs (n - 1 - i)) n;
  last = xs: assert lib.assertMsg (xs != [ ]) "lib.last: the list is empty"; elemAt xs (length xs - 1);
  init = xs: assert lib.assertMsg (xs != [ ]) "lib.init: the list is empty"; take (length xs - 1) xs;
  sublist =
    start: count: list:
    let
      n = length list;
      size =
        if start >= n then
          0
        else if start + count > n then
          n - start
        else
          count;
    in
    genList (i: elemAt list (start + i)) size;
  take = sublist 0;
  drop = count: list: sublist count (length list) list;
  takeEnd = n: xs: drop (lib.max 0 (length xs - n)) xs;
  unique = foldl' (acc: x: if elem x acc then acc else acc ++ [ x ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.listToAttrs (map (name: lib.nameValuePair name null) list));
  allUnique = list: length (unique list) == length list;
  naturalSort = sort lib.lessThan;
  sortOn = key: sort (a: b: key a < key b);
  compareLists =
    cmp: a: b:
    if a == [ ] then
      (if b == [ ] then 0 else -1)
    else if b == [ ] then
      1
    else
      let
        r = cmp (head a) (head b);
      in
      if r == 0 then compareLists cmp (tail a) (tail b) else r;
  intersectLists = e: filter (x: elem x e);
  subtractLists = e: filter (x: !elem x e);
  mutuallyExclusive = a: b: intersectLists a b == [ ];
  zipListsWith =
    f: a: b:
    genList (i: f (elemAt a i) (elemAt b i)) (lib.min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: foldl' (fs: args: concatMap (f: map f args) fs) [ f ];
}
