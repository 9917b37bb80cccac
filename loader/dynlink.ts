/**
 * The primitives under Dynlink and the toplevel (runtime/dynlink.c): the running program's symbol table, and its
 * primitives. Every primitive that exists is there from the start, those of stub libraries too.
 */
import type { Machine } from "../runtime/machine.ts";
import { definePrimitives, type Primitive, Val, type Value } from "../runtime/primitives.ts";
import { isStubLibrary } from "./stub-libraries.ts";
import { FormatError } from "../bytecode/formats/errors.ts";
import type { BytecodeExecutable } from "../bytecode/formats/executable.ts";
import { readUnits } from "../bytecode/formats/unit.ts";

/** `allNames`: every primitive, in the order of the table, which is how code made at run time numbers them. */
export function dynlinkPrimitives(program: BytecodeExecutable | undefined, allNames: () => readonly string[]): Primitive[] {
  const section = (m: Machine, name: string): Value => {
    const bytes = program?.section(name);
    return bytes && bytes.length > 0 ? m.internBytes(bytes) : Val.emptyList;
  };
  return definePrimitives({
    caml_dynlink_get_bytecode_sections: [
      1,
      (m) => {
        m.checkCompiled = (fd) => checkCompiled(m, fd);
        m.pushRoot(section(m, "SYMB"));
        m.pushRoot(section(m, "CRCS"));
        const names = allNames();
        const primitives = m.list(names.length, (i) => m.allocString(names[i]!));
        const crcs = m.popRoot();
        return m.tuple(0, m.popRoot(), crcs, primitives, Val.emptyList);
      },
    ],
    caml_dynlink_open_lib: [
      1,
      (m, a) => {
        const path = m.utf8(m.block(a, 0));
        if (!isStubLibrary(path)) m.failwith(`${path}: Bactrian cannot load C code`);
        return Val.int(0);
      },
    ],
    caml_dynlink_close_lib: [1, () => Val.unit],
    caml_dynlink_lookup_symbol: [2, () => Val.unit],
    caml_dynlink_add_primitive: [1, (m) => m.failwith("Dynlink.add_primitive")],
    caml_dynlink_get_current_libs: [1, (m) => m.alloc(0, 0)],
  });
}

/**
 * Raises Failure unless the file of a descriptor is a well-formed unit or library: OCaml takes what its descriptor says as
 * it is. The position stays where it is.
 */
function checkCompiled(m: Machine, fd: number): void {
  const { files } = m.host;
  const position = files.position(fd);
  const bytes = new Uint8Array(files.status(fd).size);
  files.seek(fd, 0);
  for (let at = 0, n = 1; at < bytes.length && n > 0; at += n) n = files.read(fd, bytes.subarray(at));
  files.seek(fd, position);
  try {
    readUnits(bytes);
  } catch (e) {
    throw e instanceof FormatError ? m.failwith(e.message) : e;
  }
}
