/** What native code consists of, the pieces that it is compiled in, and the code that they make. It takes no binaryen. */
import { assemble } from "./assemble.ts";
import type { NativeCode, NativeFunction } from "./code.ts";
import type { Piece } from "./piece.ts";
import type { NativeSource } from "./source.ts";

/** The functions of a piece: from the first index up to another. */
export interface PieceRange {
  readonly from: number;
  readonly to: number;
  readonly nodes: number;
}

export interface Plan {
  /** In the order of their indices. */
  readonly functions: readonly NativeFunction[];
  readonly pieces: readonly PieceRange[];
}

/** Nodes in a piece, if it has more than one function: few enough that no thread waits long for the others. */
const PIECE_NODES = 1000;

/** Pieces of functions with so many nodes. */
export function planPieces(nodes: readonly number[]): PieceRange[] {
  const pieces: PieceRange[] = [];
  nodes.forEach((n, i) => {
    const last = pieces.at(-1);
    if (last && last.nodes + n <= PIECE_NODES) pieces[pieces.length - 1] = { ...last, to: i + 1, nodes: last.nodes + n };
    else pieces.push({ from: i, to: i + 1, nodes: n });
  });
  return pieces;
}

/** Told how many functions are compiled. */
export type OnProgress = (done: number, total: number) => void;

/** The code that all pieces of a plan make. */
export function finishCode({ parts, globalWords }: NativeSource, { functions }: Plan, pieces: readonly Piece[]): NativeCode {
  return { ...assemble(functions, pieces), functions, parts, ...(globalWords && { globalWords }) };
}
