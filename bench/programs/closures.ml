(* Closures: Church numerals, continuation passing, composition, partial and over-application, local functions.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let church n f x =
  let rec apply i x = if i = 0 then x else apply (i - 1) (f x) in
  apply n x

let plus m n f x = m f (n f x)
let times m n f = m (n f)
let to_int n = n succ 0

let rec fib_cps n k = if n < 2 then k n else fib_cps (n - 1) (fun a -> fib_cps (n - 2) (fun b -> k (a + b)))

type 'a tree = Leaf | Node of 'a tree * 'a * 'a tree

let rec build lo hi =
  if lo > hi then Leaf
  else
    let mid = (lo + hi) / 2 in
    Node (build lo (mid - 1), mid, build (mid + 1) hi)

let rec fold_cps t acc f k =
  match t with
  | Leaf -> k acc
  | Node (l, v, r) -> fold_cps l acc f (fun acc -> fold_cps r (f acc v) f k)

let compose fs = List.fold_left (fun g f x -> f (g x)) Fun.id fs
let add3 a b c = a + b + c
let counter () =
  let n = ref 0 in
  ((fun () -> incr n; !n), fun by -> n := !n + by)

let returns_function n = if n land 1 = 0 then fun x y -> (x * n) + y else fun x -> let m = x - n in fun y -> m lxor y

let round seed =
  let two = church 2 and n = church (3 + (seed land 7)) in
  let numeral = to_int (plus (times n (times n two)) (times two (times n n))) in
  let pipeline = compose [ add3 1 2; ( * ) 3; add3 seed (seed + 1); Fun.flip ( - ) 5; (fun x -> x land 0xffff) ] in
  let next, skip = counter () in
  let sum = ref 0 in
  for i = 1 to 400 do
    sum := !sum + pipeline i + returns_function i 7 seed + next ();
    if i land 15 = 0 then skip i
  done;
  let partial = List.map (fun f -> f 5) (List.map (fun f -> f 2) [ add3 1; (fun a b -> a - b); (fun a -> ( * ) a) ]) in
  numeral + !sum
  + fib_cps 14 Fun.id
  + fold_cps (build 1 300) 0 (fun a v -> a + (v * seed)) Fun.id
  + List.fold_left ( + ) 0 partial

let () =
  let sum = ref 0 in
  for i = 1 to 2 * size do
    for j = 0 to 129 do
      sum := (!sum + round ((i * 130) + j)) land 0xffffffff
    done
  done;
  Printf.printf "closures %d\n" !sum
