/**
 * Runtime events (runtime/runtime_events.c) as in a program that never starts them: programs can define events of their
 * own, and writing them does nothing. To start them is refused, since there is no ring buffer that other processes read.
 */
import { definePrimitives, type Primitive, Val } from "../primitives.ts";

const MAX_CUSTOM_EVENTS = 8192;
/** Length of a name with its final null byte. */
const NAME_LENGTH = 128;

export function runtimeEventsPrimitives(): Primitive[] {
  let registered = 0;
  return definePrimitives({
    caml_ml_runtime_events_are_active: [1, () => Val.false],
    caml_ml_runtime_events_start: [1, (m) => m.failwith("Runtime_events.start: Bactrian writes no runtime events")],
    caml_ml_runtime_events_pause: [1, () => Val.unit],
    caml_ml_runtime_events_resume: [1, () => Val.unit],
    caml_ml_runtime_events_path: [1, () => Val.none],
    caml_ml_runtime_events_create_cursor: [
      1,
      (m) => m.failwith("Runtime_events.create_cursor: Bactrian reads no runtime events"),
    ],
    caml_ml_runtime_events_free_cursor: [1, () => Val.unit],
    caml_ml_runtime_events_read_poll: [3, (m) => m.failwith("Runtime_events.read_poll: there is no cursor")],
    caml_runtime_events_user_register: [
      3,
      (m, a) => {
        const register = "Runtime_events.User.register";
        if (registered > MAX_CUSTOM_EVENTS) m.invalidArg(`${register}: maximum number of custom events exceeded`);
        const name = m.latin1(m.block(a, 0));
        if (name.length > NAME_LENGTH - 1) m.invalidArg(`${register}: maximum length for event name exceeded`);
        if (name.includes("\0")) m.invalidArg(`${register}: event name has null characters`);
        return m.tuple(0, Val.int(registered++), m.field(a, 0), m.field(a, 2), m.field(a, 1));
      },
    ],
    caml_runtime_events_user_write: [3, () => Val.unit],
  });
}
