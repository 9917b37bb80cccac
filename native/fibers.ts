/** Effects (third part of the lowering of calls); the runtime's side is runtime/core/native-fibers.ts. */
import binaryen from "binaryen";
import type { Expr } from "../bytecode/interpreter/registers.ts";
import { CELL_EXN } from "../runtime/layout.ts";
import { CallLowering } from "./calls.ts";
import type { Exit, Node } from "./ir.ts";

const { i64 } = binaryen;

export abstract class FiberLowering extends CallLowering {
  /** Native code is left with its frame, or Effect.Unhandled is raised: nothing follows. */
  private perform(node: Node): void {
    const frame = this.frame(node);
    this.storeFrame(node, frame);
    const call = this.e.call("native_perform", [this.value(node.inputs[0]!), this.bottom(frame.words)], i64);
    this.code.push(this.e.module.drop(call), ...this.failed(node, frame, "performed"));
  }

  private resume(node: Node): void {
    const e = this.e;
    const [stack, ...others] = node.inputs;
    this.raises(node, "raise_continuation_already_resumed", e.module.i64.eq(this.value(stack!), this.constant(0)));
    const frame = this.frame(node);
    this.storeFrame(node, frame);
    const operands = [stack!, ...others].map((input) => this.value(input));
    this.call(node, frame, e.call("resume_fiber", [...operands, this.bottom(frame.words)], i64), "called");
  }

  /** RESUMETERM, REPERFORMTERM. */
  protected switchFiber({ how, inputs, at }: Exit & { kind: "switchFiber" }): void {
    const e = this.e;
    const m = e.module;
    const operands = (): Expr[] => [...inputs.map((input) => this.value(input)), e.get32(this.spLocal)];
    const raised = [this.stash(at + 1, "raise", false), m.return(e.c64(0))];
    if (how === "resume") {
      const raise = m.drop(e.call("raise_continuation_already_resumed", [], i64));
      this.code.push(e.unlikely(m.i64.eq(this.value(inputs[0]!), this.constant(0)), [raise, ...raised]));
      this.code.push(m.return_call(this.native.coreFunction("resume_fiber"), operands(), i64));
      return;
    }
    this.code.push(m.drop(e.call("native_reperform", operands(), i64)));
    this.code.push(e.unlikely(m.i64.ne(e.cell64(CELL_EXN), e.c64(0)), raised), m.return(e.c64(0)));
  }

  protected override lowerCall(node: Node): void {
    if (node.operation === "perform") this.perform(node);
    else if (node.operation === "resume") this.resume(node);
    else super.lowerCall(node);
  }
}
