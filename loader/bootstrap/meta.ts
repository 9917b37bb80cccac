/** The META files of OCaml's libraries, by which findlib and the toplevel's #require know them. */
import { configureTemplate, type OcamlVersion } from "./sources.ts";

/** Folders of OCaml's sources that have one, and where it goes in the library directory. */
export const META_FOLDERS: Readonly<Record<string, string>> = {
  stdlib: "stdlib",
  compilerlibs: "compiler-libs",
  "otherlibs/dynlink": "dynlink",
  "otherlibs/runtime_events": "runtime_events",
  "otherlibs/str": "str",
  "otherlibs/systhreads": "threads",
  "otherlibs/unix": "unix",
};

/** A META file from its template. */
export function metaFile(template: string, v: OcamlVersion): string {
  return configureTemplate(template, {
    configure_input: "META.  Generated from META.in by configure.",
    VERSION: `${v.major}.${v.minor}.${v.patchlevel}`,
    natdynlink_archive: "",
  });
}
