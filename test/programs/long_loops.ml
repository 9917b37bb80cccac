(* Loops that run for so long that native code goes on in new calls of itself (native/regions.ts): whatever is live in them
   must be the same afterwards. *)

let rounds = 25_000

(* Where they allocate. *)
let few = 200

(* At the top of a unit, between other code. *)
let total = ref 0
let squares = List.init 10 (fun i -> i * i)

let () =
  for i = 1 to rounds do
    total := !total + (i land List.length squares)
  done

let after_one_loop = Printf.sprintf "total %d" !total

let () =
  try
    while true do
      incr total;
      if !total land 0xffff = 0 then raise Exit
    done
  with Exit -> Printf.printf "left at %d, %s\n" !total after_one_loop

let sum_of_floats n =
  let x = ref 0.0 and y = ref 1.0 in
  let k = ref 0 in
  while !k < n do
    x := !x +. !y;
    y := !y *. 0.9999;
    incr k
  done;
  (!x, !y)

let nested n =
  let boxes = ref [] in
  let s = ref 0L in
  for i = 1 to 3 do
    if i <> 2 then
      for j = 1 to n do
        s := Int64.add !s (Int64.of_int (i * j))
      done
    else boxes := (i, !s) :: !boxes;
    for j = 1 to n do
      if j mod 40 = i then boxes := (j, !s) :: !boxes
    done
  done;
  (!s, !boxes)

exception Enough of int

let handlers n =
  let caught = ref 0 in
  let last = ref "none" in
  (try
     for i = 1 to n do
       (try if i mod 100 = 0 then raise (Enough i) else if i land 1 = 0 then raise_notrace Not_found with
       | Not_found -> incr caught
       | Enough k when k < n -> last := string_of_int k);
       if i = n - 1 then raise (Enough (-i))
     done
   with Enough k -> last := !last ^ " and " ^ string_of_int k);
  Printf.sprintf "%d %s" !caught !last

let find n wanted =
  let i = ref 0 in
  while !i < n && !i * !i <> wanted do
    incr i
  done;
  if !i < n then Some !i else None

let rec tail i left right =
  match left with
  | [] -> (i, [])
  | x :: rest -> if i = 0 then (x + right, rest) else tail (i - 1) (rest @ [ x ]) (x + right)

let rec even n even_calls odd_calls = if n = 0 then (even_calls, odd_calls) else odd (n - 1) (even_calls + 1) odd_calls
and odd n even_calls odd_calls = if n = 0 then (even_calls, odd_calls) else even (n - 1) even_calls (odd_calls + 1)

let closures n =
  let fs = Array.make 4 (fun x -> x) in
  for i = 1 to n do
    if i mod 6_000 = 0 then
      let k = i / 6_000 in
      fs.(k land 3) <- (fun x -> x + (k * i))
  done;
  Array.fold_left (fun x f -> f x) 1 fs

(* Many ways that join one after the other, in and around a loop. *)
let ways n =
  let x = ref 1 in
  let step p a b = x := if !x land p = 0 then !x + a else !x lxor b in
  for i = 1 to n do
    if !x land 1 = 0 then x := !x + i else x := !x lxor 0x55;
    if !x land 2 = 0 then x := !x + 3 else x := !x lxor 0x99;
    (match !x land 7 with
    | 0 -> x := !x + 1
    | 1 | 2 -> x := !x - i
    | 3 -> x := !x * 3
    | 4 -> ( try step 8 1 2 with Not_found -> x := 0)
    | 5 -> if i land 3 = 0 then x := 5 else x := !x + 5
    | _ -> x := !x lsr 1);
    x := !x land 0xffffff
  done;
  !x

let () =
  let x, y = sum_of_floats few in
  Printf.printf "%.6f %.6f\n" x y;
  let s, boxes = nested few in
  Printf.printf "%Ld" s;
  List.iter (fun (j, s) -> Printf.printf " %d:%Ld" j s) boxes;
  print_newline ();
  print_endline (handlers few);
  List.iter
    (fun wanted ->
      match find (2 * rounds) wanted with Some i -> Printf.printf "%d\n" i | None -> print_endline "not found")
    [ 49; 623_750_625; 7 ];
  let i, right = tail 12 squares 0 in
  Printf.printf "%d %d\n" i (match right with [] -> 0 | y :: _ -> y);
  let e, o = even (3 * rounds) 0 0 in
  Printf.printf "%d %d\n" e o;
  Printf.printf "%d %d\n" (closures rounds) (ways rounds)
