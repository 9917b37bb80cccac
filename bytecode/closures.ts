/** Which closures code makes: what is needed to tell whether a closure that comes from outside fits its function. */
import { CLOSURE_WORDS, PLAIN_ENVIRONMENT } from "../runtime/layout.ts";
import { instructionLength } from "./instructions/decode.ts";
import { opcode } from "./instructions/table.ts";

/** What a function expects of its closure, in words from the closure's code address. */
export interface ClosureShape {
  /** Where the environment starts. */
  readonly start: number;
  /** End of the environment. */
  readonly end: number;
  /** Of the code of partial applications: word of the function that they apply, whose closure comes first. */
  readonly applies?: number;
}

const CLOSURE = opcode("CLOSURE");
const CLOSUREREC = opcode("CLOSUREREC");
const GRAB = opcode("GRAB");

/** The shapes of closures by the word of their code. */
export function closureShapes(code: Int32Array): Map<number, ClosureShape> {
  const shapes = new Map<number, ClosureShape>();
  const add = (word: number, start: number, variables: number): void => {
    shapes.set(word, { start, end: start + variables });
    // The code of a partial application is the RESTART before: its function and at least one argument.
    if (code[word] === GRAB) shapes.set(word - 1, { start: PLAIN_ENVIRONMENT, end: PLAIN_ENVIRONMENT + 2, applies: word });
  };
  for (let pc = 0; pc < code.length; pc += instructionLength(code, pc)) {
    if (code[pc] === CLOSURE) add(pc + 2 + code[pc + 2]!, PLAIN_ENVIRONMENT, code[pc + 1]!);
    else if (code[pc] === CLOSUREREC) {
      const functions = code[pc + 1]!;
      for (let i = 0; i < functions; i++) add(pc + 3 + code[pc + 3 + i]!, CLOSURE_WORDS * (functions - i) - 1, code[pc + 2]!);
    }
  }
  return shapes;
}
