#!/bin/sh
# Writes the fixtures of this folder with OCaml 5.3's own tools. Usage: make.sh PREFIX ZSTD_OCAMLRUN PACKAGE
#   PREFIX         an installed OCaml 5.3
#   ZSTD_OCAMLRUN  an ocamlrun linked with libzstd, which makes ocamlc compress debug data
#   PACKAGE        a built OCaml 5.3 source tree (for tools/dumpobj)
set -e
prefix=$1 zstd_run=$2 package=$3
cd "$(dirname "$0")/src"
ocamlc="$prefix/bin/ocamlc"
# No paths of this machine in the files.
export BUILD_PATH_PREFIX_MAP="/src=$PWD"
ln -sf "$prefix/bin/ocamlrun" ocamlrun
"$ocamlc" -g -w -a -c constants.ml -o ../constants.cmo
"$ocamlc" -w -a -c control.ml -o ../control.cmo
"$ocamlc" -g -w -a -c control.ml -o ../control_debug.cmo
"$zstd_run" "$prefix/bin/ocamlc.byte" -g -w -a -c control.ml -o ../control_zstd.cmo
"$ocamlc" -c first.mli
"$ocamlc" -g -c first.ml
"$ocamlc" -g -linkall -c second.ml
"$ocamlc" -a -linkall first.cmo second.cmo -cclib -lfirst -cclib -lsecond -ccopt -L/opt/one -ccopt -L/opt/two -dllib -lone -dllib -ltwo -o ../pair.cma
"$ocamlc" -nopervasives -nostdlib -I "$prefix/lib/ocaml" -g -w -a bare_list.ml bare.ml -o ../bare.byte
# As on Windows: a launcher program in front, the runtime's name in the RNTM section.
printf 'exe\n/usr/bin\0\nMZ: the launcher would be here\n' >runtime-launch-info
"$ocamlc" -nopervasives -nostdlib -I . -use-runtime ./ocamlrun -w -a bare_list.ml bare.ml -o ../bare_launcher.byte
rm -f ./*.cm* ocamlrun runtime-launch-info
sed -i '1s|^#!.*|#!/usr/bin/ocamlrun|' ../bare.byte
rm -f ../*.cmi
cd ..
for file in *.cmo *.cma *.byte; do
  "$prefix/bin/ocamlobjinfo" "$file" >"$file.objinfo"
done
for file in *.cmo bare.byte; do
  "$zstd_run" "$package/tools/dumpobj" -nobanners -reloc "$file" >"$file.dumpobj"
done
