/** Names that the command's options take. Nothing is imported here: the options are read before anything is loaded. */

/** What `--tiers` takes. */
export const ENGINES = ["interp", "native", "mixed", "ocamlrun", "ocamlopt", "js_of_ocaml", "wasm_of_ocaml"] as const;
export type EngineKind = (typeof ENGINES)[number];
