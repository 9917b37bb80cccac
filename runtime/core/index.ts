/** core.wasm: everything that the interpreter, native code and the host call. */
export * from "./primitives";
export { alloc_block, alloc_host_custom, alloc_small, alloc_small_slow, init_heap, modify_field } from "./gc/alloc";
export { marshalled_length } from "./intern-header";
export { channel_read_off_heap, skip_taken_output } from "./io";
export { mem_alloc, mem_free } from "./gc/malloc";
export { set_space_overhead } from "./gc/major";
export { root_free, root_new } from "./gc/roots";

export {
  fiber_perform,
  fiber_raise,
  fiber_reperform,
  fiber_resume,
  fiber_return,
  init_stack,
  raise_continuation_already_resumed,
  segment_raise,
  segment_return,
} from "./stack";
export { callback_from_host } from "./callback";
export * from "./math";
export { resume_frame, resume_handler } from "./expansion";
export { leave_at_entry, leave_native, leave_trap } from "./leaving";
export * from "./native";
export { finish_perform, native_perform, native_reperform, run_fiber } from "./native-fibers";
export * from "./threads";
export { stash_backtrace } from "./backtrace";
export * from "./interp";
