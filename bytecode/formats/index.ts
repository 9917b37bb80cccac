/** Readers of what ocamlc 5.3 writes. */
export { FormatError, type FormatErrorKind } from "./errors.ts";
export { type OcamlFileKind, describeFile, expectMagic, identify, ocamlVersionOf } from "./magic.ts";
export {
  MarshalBlock,
  MarshalBoxedInt,
  MarshalDouble,
  type MarshalValue,
  readMarshalHeader,
  unmarshal,
} from "./marshal.ts";
export { type Literal, literalNodes } from "./literal.ts";
export { type Crc } from "./crcs.ts";
export { type CompilationUnit, type Library, type Reloc, readLibrary, readUnit, readUnits } from "./unit.ts";
export { type GlobalMap, type GlobalSymbol } from "./symtable.ts";
export { type DebugEvent, ProgramDebug, UnitDebug, readProgramDebug, readUnitDebug } from "./debug.ts";
export { BytecodeExecutable, type Section, codeWords, readExecutable } from "./executable.ts";
