(* Exceptions that are caught, re-raised and, in the end, not caught. *)
exception Odd of int * string

let rec deep n = if n = 0 then raise (Odd (3, "three")) else 1 + deep (n - 1)
let protect f x = try f x with Not_found -> 0 | Failure s -> print_endline s; 1

let () =
  print_int (protect (fun _ -> failwith "caught") ());
  print_newline ();
  print_int (protect (fun x -> try deep x with Odd (n, s) -> print_endline s; n) 5);
  print_newline ();
  (try ignore (String.get "abc" (int_of_string "5")) with Invalid_argument s -> print_endline s);
  (try ignore (1 / int_of_string "0") with Division_by_zero -> print_endline "division");
  at_exit (fun () -> print_endline "at exit");
  prerr_endline "to standard error";
  let result = try deep 2 with Odd (n, _) as e -> if n > 2 then raise e else n in
  print_int result
