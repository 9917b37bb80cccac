#!/bin/sh
# Writes the programs of this folder with OCaml 5.3's own ocamlc, and what its ocamlrun makes of them.
# Usage: make.sh PREFIX, an installed OCaml 5.3
set -e
prefix=$1
folder=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$folder"/src/*.ml .
# The standard library's modules without debug data, so that programs with debug data stay small.
for module in camlinternalFormatBasics stdlib; do
  cp "$prefix/lib/ocaml/$module.cmi" .
  sed 's/^module \([A-Z][A-Za-z0-9_]* *= \)/module \1Stdlib__/' "$prefix/lib/ocaml/$module.ml" >$module.ml
  touch $module.mli # there is an interface, compiled already
  "$prefix/bin/ocamlc" -nostdlib -I . -I "$prefix/lib/ocaml" -nopervasives -no-alias-deps -w -49 -c $module.ml
done
ln -s "$prefix/bin/ocamlrun" ocamlrun
units="camlinternalFormatBasics.cmo stdlib.cmo"
compile() { # NAME SOURCE FLAG...: link SOURCE.ml to NAME.byte
  program=$1 unit=$2
  shift 2
  "$prefix/bin/ocamlc" -nostdlib -I . -I "$prefix/lib/ocaml" -use-runtime ./ocamlrun -w -a "$@" $units "$unit.ml" -o "$program.byte"
  sed -i '1s|^#!.*|#!/usr/bin/ocamlrun|' "$program.byte"
  cp "$program.byte" "$folder"
}
compile closures closures
compile closures_debug closures -g
compile exceptions exceptions
compile exceptions_debug exceptions -g
for program in *.byte; do
  name=${program%.byte}
  status=0
  # Without debug data, "unknown location" is followed by what happens to be on C's stack (caml_debuginfo_location).
  case $name in *_debug) parameters=b ;; *) parameters= ;; esac
  OCAMLRUNPARAM=$parameters ./ocamlrun "$program" >"$folder/$name.stdout" 2>"$folder/$name.stderr" || status=$?
  echo $status >"$folder/$name.status"
done
"$prefix/bin/ocamlrun" -p >primitives
printf 'no_such_primitive\nno_other_primitive\n' >>primitives
compile missing missing -use-prims primitives
compile missing_debug missing -g -use-prims primitives
