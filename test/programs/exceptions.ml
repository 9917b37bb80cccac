(* Raising, catching, re-raising, finally, local exceptions, exceptions with arguments, and loops left by them. *)
exception Empty
exception Pair of int * string
exception Record of { code : int; why : string }

let log = Buffer.create 100
let note fmt = Printf.bprintf log (fmt ^^ ";")
let catch f = try f () with
  | Empty -> "Empty"
  | Pair (n, s) when n > 0 -> Printf.sprintf "Pair %d %s" n s
  | Pair _ as e -> Printexc.to_string e
  | Record { code; why } -> Printf.sprintf "Record %d %s" code why
  | Not_found | Exit -> "Not_found or Exit"
  | Failure s | Invalid_argument s -> s
  | Division_by_zero -> "Division_by_zero"
  | Stack_overflow -> "Stack_overflow"
  | Match_failure (_, line, _) -> Printf.sprintf "Match_failure %d" line
  | Assert_failure (_, line, _) -> Printf.sprintf "Assert_failure %d" line
  | e -> "other " ^ Printexc.to_string e

let zero = Sys.opaque_identity 0
let rec forever n = 1 + forever (n + 1)

let () =
  List.iteri (fun i f -> Printf.printf "%d: %s\n" i (catch f))
    [
      (fun () -> raise Empty); (fun () -> raise (Pair (1, "one"))); (fun () -> raise (Pair (-1, "minus")));
      (fun () -> raise (Record { code = 7; why = "seven" })); (fun () -> raise Exit); (fun () -> List.find (( = ) 3) [] |> string_of_int);
      (fun () -> failwith "fail"); (fun () -> invalid_arg "arg"); (fun () -> string_of_int (1 / zero)); (fun () -> string_of_int (1 mod zero));
      (fun () -> List.hd []); (fun () -> string_of_int [| 1; 2 |].(2 + zero)); (fun () -> String.make 1 "ab".[-1 + zero]);
      (fun () -> string_of_int (forever 0)); (fun () -> match Sys.opaque_identity 5 with 1 -> "one" | 2 -> "two"); (fun () -> assert (zero = 1); "asserted");
      (fun () -> let exception Local of int in try raise (Local 3) with Local n -> Printf.sprintf "local %d" n);
      (fun () -> try raise Empty with Exit -> "wrong"); (fun () -> int_of_string "x" |> string_of_int);
      (fun () -> Fun.protect ~finally:(fun () -> note "finally") (fun () -> raise Exit));
      (fun () -> Fun.protect ~finally:(fun () -> failwith "in finally") (fun () -> "value"));
      (fun () -> match List.assoc 1 [] with exception Not_found -> "by match" | s -> s);
      (fun () -> try (try raise Empty with Empty -> note "inner"; raise (Pair (2, "two"))) with Pair (n, _) -> note "outer"; raise (Pair (n + 1, "three")));
      (fun () -> Option.get None); (fun () -> Int64.to_string (Int64.div 1L (Int64.of_int zero)));
    ];
  print_endline (Buffer.contents log);
  (* Out of loops. *)
  (try
     for i = 0 to 10 do
       for j = 0 to 10 do if i * j = 42 then raise (Pair (i, string_of_int j)) done
     done
   with Pair (i, j) -> Printf.printf "%d %s\n" i j);
  let n = ref 0 in
  (try while true do incr n; if !n > 100 then raise_notrace Exit done with Exit -> Printf.printf "%d\n" !n);
  (* Many handlers on the stack. *)
  let rec nest n = if n = 0 then raise Empty else try nest (n - 1) with Not_found -> 0 in
  (try ignore (nest 10_000) with Empty -> print_endline "through 10000 handlers");
  let rec count n = if n = 0 then 0 else try raise (Pair (n, "")) with Pair (k, _) -> k + count (n - 1) in
  Printf.printf "%d\n" (count 100);
  let module M = struct exception E of int end in
  let module N = struct exception E = M.E end in
  (try raise (M.E 5) with N.E n -> Printf.printf "the same exception %d\n" n);
  Printexc.register_printer (function Record { code; _ } -> Some (Printf.sprintf "<record %d>" code) | _ -> None);
  print_endline (Printexc.to_string (Record { code = 1; why = "" }))
