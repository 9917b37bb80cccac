/** What the package exports everywhere; loader/node.ts adds what Node has. */
export * as types from "./codecs.ts";
export type { Codec, FunctionType } from "./codecs.ts";
export { CrashError, LinkError, OcamlError, UsageError } from "./errors.ts";
export { type Evaluation, type Limits, Runtime, type RuntimeOptions } from "./runtime.ts";
export { FormatError } from "../bytecode/formats/errors.ts";
export { BaseHost } from "../runtime/host/base.ts";
export { type Host, HostError } from "../runtime/host/host.ts";
