(* Exceptions: raised in the function that handles them, through frames and handlers that let them pass, with arguments,
   by the runtime, and as the way out of searches. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

exception Found of int
exception Other

(** Raised and handled within one function. *)
let local n =
  let sum = ref 0 in
  for i = 1 to n do
    let x =
      try if i land 1 = 0 then raise_notrace Exit else raise_notrace (Found i) with
      | Exit -> 1
      | Found k -> k land 3
    in
    sum := !sum + x
  done;
  !sum

let rec deep n x = if n = 0 then raise_notrace (Found x) else 1 + deep (n - 1) x

(** Each frame has a handler, which looks at the exception and raises it again. *)
let rec handlers n x = if n = 0 then raise_notrace (Found x) else try 1 + handlers (n - 1) x with Other -> 0

let rec finally n x =
  if n = 0 then raise Not_found
  else
    match finally (n - 1) (x + 1) with
    | y -> y
    | exception e ->
        if x land 15 = 15 then raise Other;
        raise e

(** Handlers that nothing is raised to. *)
let rec quiet n = if n = 0 then 0 else (try quiet (n - 1) with Not_found -> 0) + 1

let position p a =
  let exception Here of int in
  try
    Array.iteri (fun i x -> if p x then raise_notrace (Here i)) a;
    -1
  with Here i -> i

let by_runtime numbers n =
  let sum = ref 0 in
  for i = 1 to n do
    sum := !sum + (try numbers.(i land 15) with Invalid_argument _ -> 2);
    sum := !sum + (try 100 / (i land 3) with Division_by_zero -> 3);
    sum := !sum + (try List.assoc (i land 7) [ (1, 2); (3, 4) ] with Not_found -> 5)
  done;
  !sum

let () =
  let sum = ref 0 and numbers = Array.init 10 (fun i -> i * i) in
  for i = 1 to 500 * size do
    sum := !sum + local 400 + by_runtime numbers 60;
    for k = 1 to 50 do
      sum := !sum + (try deep (k land 15) i with Found x -> x);
      sum := !sum + (try handlers (k land 7) i with Found x -> x);
      sum := !sum + (try finally (k land 7) i with Not_found -> 1 | Other -> 2);
      sum := !sum + quiet (k land 15) + position (fun x -> x > k) numbers
    done
  done;
  Printf.printf "exceptions %d\n" !sum
