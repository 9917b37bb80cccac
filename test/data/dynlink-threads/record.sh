#!/bin/sh
# Writes host.reference: what the host says under OCaml's own ocamlrun. Needs ocamlc and ocamlrun 5.3 in the path.
set -e
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cp "$here"/*.ml "$work"
cd "$work"
ocamlc -I +unix -I +threads -I +dynlink -c board.ml host.ml base.ml user.ml once.ml counted.ml raising.ml
ocamlc -I +unix -I +threads -I +dynlink -linkall unix.cma threads.cma dynlink.cma board.cmo host.cmo -o host
ocamlrun ./host base.cmo user.cmo once.cmo counted.cmo raising.cmo > "$here/host.reference"
