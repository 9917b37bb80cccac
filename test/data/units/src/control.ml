(* Instructions of every shape: closures, recursion, traps, switches, objects, effects, calls of many arguments. *)

type op = Add | Sub | Lit of int | Pair of int * int | Many of op list | Named of { name : string; op : op }

exception Stop of int

let rec even n = if n = 0 then true else odd (n - 1)
and odd n = if n = 0 then false else even (n - 1)

let make_counters a b c =
  let state = ref a in
  let rec up n = if n > 0 then (state := !state + b; down (n - 1))
  and down n = if n > 0 then (state := !state - c; up (n - 2)) in
  (up, down, fun () -> !state)

let rec eval = function
  | Add -> 1
  | Sub -> -1
  | Lit n -> n
  | Pair (a, b) -> ( try a / b with Division_by_zero -> max_int | Stop n -> n)
  | Many ops -> List.fold_left (fun sum op -> sum + eval op) 0 ops
  | Named { name; op } -> String.length name + eval op

let seven a b c d e f g = a + b + c + d + e + f + g
let partial = seven 1 2 3
let apply f = 1 + f 1 2 3 4 5
let tail f a b c d = f a b c d 1 2

let nested xs =
  try
    for i = 0 to Array.length xs - 1 do
      try if xs.(i) > 10 then raise (Stop i) with Failure _ -> ()
    done;
    -1
  with Stop i -> i

class point (x0 : int) =
  object (self)
    val mutable x = x0
    method x = x
    method move d = x <- self#x + d
  end

class colored x0 c =
  object
    inherit point x0
    method color : string = c
    method! move d = x <- x0 + d
  end

type _ Effect.t += Ask : int -> int Effect.t

let answer f =
  let open Effect.Deep in
  match f () with
  | v -> v
  | effect Ask n, k -> continue k (n + 1)

let asked = answer (fun () -> Effect.perform (Ask 1) + Effect.perform (Ask 2))

let char_class = function
  | '0' .. '9' -> 0
  | 'a' .. 'z' | 'A' .. 'Z' | '_' -> 1
  | ' ' | '\t' | '\n' -> 2
  | _ -> 3

let distance (a : float) b = sqrt ((a -. b) *. (a -. b))
let lazy_value = lazy (eval (Lit 3))
let () = ignore (Lazy.force lazy_value); ignore (char_class 'a'); assert (even 10)
