#!/bin/sh
# Writes errors.reference: what OCaml's own ocamlrun says. Needs ocamlc and ocamlrun 5.3 in the path.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cp -r "$here"/* "$work"
cd "$work"
printf 'not a unit, but longer than a magic number' > text.cmo
ocamlc -c registry.ml pig.mli absent.mli
(cd other && ocamlc -c registry.ml counter.ml)
ocamlc -w -8 -I +dynlink -c missing.ml unsafe.ml raising.ml nested.ml counter.ml pig.ml later.ml uninitialised.ml predefined.ml host.ml
sed -i s/Match_failure/Match_failurf/ predefined.cmo
ocamlc -I +dynlink -linkall dynlink.cma registry.cmo host.cmo later.cmo -o host
set --
while read -r line; do set -- "$@" "$line"; done < errors.commands
ocamlrun ./host "$@" > "$here/errors.reference"
