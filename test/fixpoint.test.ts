/**
 * The compiler that Bactrian has built compiles the standard library, itself and all the rest of the toolchain again:
 * every object, library and executable must come out byte for byte as the compiler of the npm package made it, which
 * OCaml's own runtime was used to build. (native-fixpoint.ts: the same with the compiler as native code.)
 */
import { join } from "node:path";
import t from "tap";
import { libraryDirectory } from "../loader/installation.ts";
import { EXECUTABLES, reproduce } from "./support/fixpoint.ts";

t.test("the toolchain reproduces itself", { timeout: 1_800_000 }, async (t) => {
  const { files, different } = await reproduce(join(libraryDirectory, "bin/ocamlc"));
  t.ok(files.length > 600, `${files.length} files`);
  for (const name of EXECUTABLES) t.ok(files.includes(name), name);
  t.same(different, [], "files that differ");
});
