/**
 * Signal handlers (runtime/signals.c). CELL_SIGNAL_HANDLERS is an array, by the system's numbers, of the functions of
 * Signal_handle; calling them when a signal has come is the engine's business.
 */
import { CELL_SIGNAL_HANDLERS } from "../layout.ts";
import type { SignalAction } from "../host/host.ts";
import type { Machine } from "../machine.ts";
import { definePrimitives, Val, type Value } from "../primitives.ts";
import { system } from "./errors.ts";
import { MAX_SIGNAL, signalName, systemSignalNumber } from "./signal-names.ts";

/** Constructors of Sys.signal_behavior without arguments. */
const BEHAVIOURS: readonly SignalAction[] = ["default", "ignore"];

/** Address of the array of handlers. */
function handlers(m: Machine): number {
  if (m.isInt(CELL_SIGNAL_HANDLERS, 0) || m.block(CELL_SIGNAL_HANDLERS, 0) === 0) {
    m.setWord(CELL_SIGNAL_HANDLERS, m.alloc(MAX_SIGNAL + 1, 0));
  }
  return m.block(CELL_SIGNAL_HANDLERS, 0);
}

/** The function that a caught signal calls. */
export function signalHandler(m: Machine, name: string): Value {
  return m.field(handlers(m), systemSignalNumber(name));
}

function install(m: Machine, a: number): Value {
  const name = signalName(m.int(a, 0)) ?? m.invalidArg("Sys.signal: unavailable signal");
  const action = m.isInt(a, 1) ? BEHAVIOURS[m.int(a, 1)]! : "catch";
  // Where the event loop never turns no signal would be heard of: then it keeps its default effect.
  const heard = action === "catch" && !m.asynchronous ? "default" : action;
  const old = system(m, undefined, () => m.host.signals.setAction(name, heard));
  const oldHandler = signalHandler(m, name);
  m.pushRoot(oldHandler === Val.unit ? Val.int(BEHAVIOURS.indexOf(old)) : m.some(oldHandler));
  m.setField(handlers(m), systemSignalNumber(name), action === "catch" ? m.field(m.block(a, 1), 0) : Val.unit);
  m.signalsChanged();
  return m.popRoot();
}

export const signalPrimitives = definePrimitives({ caml_install_signal_handler: [2, install] });
