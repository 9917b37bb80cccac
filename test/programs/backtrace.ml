(* Backtraces: recorded, of raise and re-raise, and of the current stack. *)
exception E of int

let[@inline never] rec dive n = if n = 0 then raise (E 0) else 1 + dive (n - 1)
let[@inline never] reraised () = try dive 1 with E n -> raise (E (n + 1))
let[@inline never] passed_on () = try dive 1 with Not_found -> 0
let[@inline never] kept () = try dive 2 with e -> let bt = Printexc.get_raw_backtrace () in (try failwith "other" with _ -> ()); Printexc.raise_with_backtrace e bt

let show name f =
  Printf.printf "== %s\n" name;
  match f () with
  | (_ : int) -> print_endline "value"
  | exception e ->
    print_endline (Printexc.to_string e);
    print_string (Printexc.get_backtrace ())

let () =
  Printf.printf "%b\n" (Printexc.backtrace_status ());
  show "not recorded" (fun () -> dive 3);
  Printexc.record_backtrace true;
  show "dive" (fun () -> dive 3);
  show "reraised" reraised;
  show "passed on" passed_on;
  show "kept" kept;
  show "primitive" (fun () -> int_of_string "x");
  show "library" (fun () -> List.find (fun x -> x > 3) [ 1; 2 ]);
  show "bounds" (fun () -> [| 1 |].(Sys.opaque_identity 1));
  show "finally" (fun () -> Fun.protect ~finally:ignore (fun () -> dive 1));
  show "notrace" (fun () -> raise_notrace (E 5));
  show "lazy" (fun () -> Lazy.force (lazy (dive 0)));
  let slots bt = match Printexc.backtrace_slots bt with None -> [||] | Some a -> a in
  (try ignore (dive 1)
   with E _ ->
     Array.iter
       (fun slot ->
         match Printexc.Slot.location slot with
         | Some { line_number; start_char; end_char; _ } -> Printf.printf "%d %d-%d %b\n" line_number start_char end_char (Printexc.Slot.is_raise slot)
         | None -> print_endline "unknown")
       (slots (Printexc.get_raw_backtrace ())));
  let[@inline never] rec current n = if n = 0 then Printexc.get_callstack 4 else let b = current (n - 1) in ignore (Sys.opaque_identity n); b in
  print_string (Printexc.raw_backtrace_to_string (current 2))
