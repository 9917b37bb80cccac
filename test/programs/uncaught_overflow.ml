(* Ends because the stack is full; what was printed before is flushed. *)
let rec endless n = 1 + endless (n + 1)
let () = print_string "before "; print_int (endless 0)
