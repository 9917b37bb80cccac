(* Training: backtracking with exceptions, sequences on demand, lazy values, effects as choice and as log, early exits.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

open Effect.Deep

exception Solved of int array
exception Conflict

(* Fill a Latin square of order n, some cells given, giving up branches by exceptions. *)
let latin n seed =
  let cells = Array.make (n * n) 0 in
  let check at v =
    let r = at / n and c = at mod n in
    for k = 0 to n - 1 do
      if cells.((r * n) + k) = v || cells.((k * n) + c) = v then raise_notrace Conflict
    done
  in
  let rec fill at =
    if at = n * n then raise (Solved (Array.copy cells))
    else
      for k = 0 to n - 1 do
        let v = 1 + ((k + seed + at) mod n) in
        match check at v with
        | () ->
            cells.(at) <- v;
            fill (at + 1);
            cells.(at) <- 0
        | exception Conflict -> ()
      done
  in
  match fill 0 with () -> 0 | exception Solved s -> Array.fold_left (fun h v -> (h * 7) + v) 0 s land 0xffff

let rec primes_from candidates () =
  match candidates () with
  | Seq.Nil -> Seq.Nil
  | Seq.Cons (p, rest) -> Seq.Cons (p, primes_from (Seq.filter (fun n -> n mod p <> 0) rest))

let sequences seed =
  let primes = Seq.take 25 (primes_from (Seq.ints 2)) in
  let triples = Seq.concat_map (fun a -> Seq.map (fun b -> a * b) (Seq.take 4 (Seq.ints a))) primes in
  Seq.fold_left ( + ) 0 (Seq.take_while (fun n -> n < 3000 + seed) triples)

type stream = Cons of int * stream Lazy.t

let rec merge (Cons (x, xs) as a) (Cons (y, ys) as b) =
  if x < y then Cons (x, lazy (merge (Lazy.force xs) b))
  else if x > y then Cons (y, lazy (merge a (Lazy.force ys)))
  else Cons (x, lazy (merge (Lazy.force xs) (Lazy.force ys)))

let rec scale k (Cons (x, xs)) = Cons (k * x, lazy (scale k (Lazy.force xs)))

let hamming n =
  let rec numbers = lazy (Cons (1, lazy (merge (scale 2 (Lazy.force numbers)) (merge (scale 3 (Lazy.force numbers)) (scale 5 (Lazy.force numbers)))))) in
  let rec nth n (Cons (x, xs)) = if n = 0 then x else nth (n - 1) (Lazy.force xs) in
  nth n (Lazy.force numbers)

type _ Effect.t += Choose : int -> int Effect.t | Log : string -> unit Effect.t | Fail : 'a Effect.t

(* The first assignment of colours to a ring of n places where neighbours differ; continuations are used once, so each
   branch starts the program again along a path that is already decided. *)
let colours n k =
  let rec attempt path =
    let taken = ref [] and rest = ref path in
    match
      let places = Array.make n 0 in
      for i = 0 to n - 1 do
        places.(i) <- Effect.perform (Choose k);
        if i > 0 && places.(i) = places.(i - 1) then Effect.perform Fail
      done;
      if places.(0) = places.(n - 1) then Effect.perform Fail;
      Array.fold_left (fun h c -> (h * k) + c) 0 places
    with
    | v -> v
    | effect Choose _, c ->
        let choice : int = match !rest with [] -> 0 | x :: more -> rest := more; x in
        taken := choice :: !taken;
        continue c choice
    | effect Fail, c -> (
        let rec advance = function x :: more when x + 1 >= k -> advance more | x :: more -> Some (List.rev ((x + 1) :: more)) | [] -> None in
        let next = advance !taken in
        match discontinue c Conflict with
        | v -> v
        | exception Conflict -> ( match next with Some path -> attempt path | None -> -1))
  in
  attempt []

let logged f =
  let b = Buffer.create 64 in
  let v =
    try_with f ()
      { effc = (fun (type a) (e : a Effect.t) ->
            match e with
            | Log s -> Some (fun (k : (a, _) continuation) -> Buffer.add_string b s; continue k ())
            | _ -> None) }
  in
  v + Buffer.length b

let find_index p a =
  let exception Found of int in
  try
    Array.iteri (fun i x -> if p x then raise (Found i)) a;
    -1
  with Found i -> i

let () =
  let sum = ref 0 in
  for i = 1 to 300 * size do
    sum := !sum + latin 5 i + sequences (i land 63) + hamming (60 + (i land 15)) + colours 6 (2 + (i land 1)) + colours 5 3;
    sum := !sum + logged (fun () -> for k = 1 to 20 do Effect.perform (Log (string_of_int (k * i))) done; i);
    sum := (!sum + find_index (fun x -> x * x > i) (Array.init 64 Fun.id)) land 0xffffffff
  done;
  Printf.printf "control %d\n" !sum
