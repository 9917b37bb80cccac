(* What an exception costs, in ns of processor time: raised in the function that handles it, through frames, and what a
   handler costs that nothing is raised to. Argument: how many times, in millions. *)
let millions = if Array.length Sys.argv > 1 then float_of_string Sys.argv.(1) else 10.

exception Found of int

let result = ref 0

let local_constant n =
  for _ = 1 to n do
    result := !result + (try raise_notrace Exit with Exit -> 1)
  done

let local_argument n =
  for i = 1 to n do
    result := !result + (try raise_notrace (Found i) with Found k -> k land 1)
  done

let local_traced n =
  for i = 1 to n do
    result := !result + (try raise (Found i) with Found k -> k land 1)
  done

let rec through frames x = if frames = 0 then raise_notrace (Found x) else 1 + through (frames - 1) x

let one_frame n =
  for i = 1 to n do
    result := !result + (try (Sys.opaque_identity through) 0 i with Found k -> k land 1)
  done

let ten_frames n =
  for i = 1 to n do
    result := !result + (try (Sys.opaque_identity through) 9 i with Found k -> k land 1)
  done

let rec handlers frames x =
  if frames = 0 then raise_notrace (Found x) else try 1 + handlers (frames - 1) x with Not_found -> 0

(** Each of the ten frames handles another exception, and passes this one on. *)
let ten_handlers n =
  for i = 1 to n do
    result := !result + (try (Sys.opaque_identity handlers) 10 i with Found k -> k land 1)
  done

let unused_handler n =
  for i = 1 to n do
    result := !result + (try (Sys.opaque_identity succ) i with Not_found -> 0)
  done

(** What is not about exceptions in the others. *)
let no_handler n =
  for i = 1 to n do
    result := !result + (Sys.opaque_identity succ) i
  done

let by_runtime n =
  let a = Sys.opaque_identity [| 1; 2; 3 |] in
  for i = 1 to n do
    result := !result + (try a.(i) with Invalid_argument _ -> 1)
  done

(** Twice, since the first time may include compiling the function. *)
let report name share f =
  let n = max 1 (int_of_float (millions *. 1e6 *. share)) in
  let time () =
    let start = Sys.time () in
    f n;
    1e9 *. (Sys.time () -. start) /. float_of_int n
  in
  let first = time () in
  Printf.printf "%-44s %8.1f %8.1f\n%!" name first (time ())

let () =
  Printf.printf "%-44s %8s %8s\n" "ns" "first" "again";
  report "call without a handler" 1. no_handler;
  report "handler that is not used" 1. unused_handler;
  report "raise in the same function, constant" 1. local_constant;
  report "raise in the same function, with argument" 1. local_argument;
  report "the same by raise instead of raise_notrace" 1. local_traced;
  report "raise through 1 frame" 0.5 one_frame;
  report "raise through 10 frames" 0.2 ten_frames;
  report "raise through 10 frames with handlers" 0.1 ten_handlers;
  report "raise by the runtime (array bounds)" 0.5 by_runtime
