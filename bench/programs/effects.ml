(* Effect handlers: generators, state, and a scheduler of cooperative threads. Argument: work in percent. *)
open Effect
open Effect.Deep

let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type _ Effect.t += Yield : int -> unit t | Swap : int -> int t | Fork : (unit -> unit) -> unit t | Pause : unit t

type tree = Leaf | Node of tree * int * tree

let rec build lo hi =
  if lo > hi then Leaf
  else
    let mid = (lo + hi) / 2 in
    Node (build lo (mid - 1), mid, build (mid + 1) hi)

let rec walk = function
  | Leaf -> ()
  | Node (l, v, r) ->
      walk l;
      perform (Yield v);
      walk r

(* Pull values out of a producer one at a time. *)
let generator producer =
  let step = ref (fun () -> None) in
  (step := fun () ->
    match producer () with
    | () -> None
    | effect Yield v, k ->
        (step := fun () -> continue k ());
        Some v);
  fun () ->
    let s = !step in
    (step := fun () -> None);
    s ()

let same_fringe a b =
  let next_a = generator (fun () -> walk a) and next_b = generator (fun () -> walk b) in
  let rec go n =
    match (next_a (), next_b ()) with
    | None, None -> n
    | Some x, Some y when x = y -> go (n + 1)
    | _ -> -n
  in
  go 0

let with_state init f =
  let run =
    match f () with
    | v -> fun (state : int) -> (v, state)
    | effect Swap next, k -> fun (state : int) -> continue k state next
  in
  run init

let schedule main =
  let ready = Queue.create () in
  let next () = match Queue.take_opt ready with Some k -> continue k () | None -> () in
  let rec run f =
    match f () with
    | () -> next ()
    | effect Pause, k -> Queue.add k ready; next ()
    | effect Fork g, k -> Queue.add k ready; run g
  in
  run main

let round seed =
  let fringe = same_fringe (build 1 400) (build 1 (400 + (seed land 1))) in
  let n, state =
    with_state seed (fun () ->
        for i = 1 to 300 do
          let old = perform (Swap i) in
          ignore (perform (Swap (((old * 3) + i) land 0xffff)))
        done;
        perform (Swap 0))
  in
  let log = ref 0 in
  schedule (fun () ->
      for id = 1 to 20 do
        perform (Fork (fun () ->
            for i = 1 to 10 do
              log := ((!log * 7) + id + i) land 0xffffff;
              perform Pause
            done))
      done);
  fringe + n + state + !log

let () =
  let sum = ref 0 in
  for i = 1 to size do
    for j = 0 to 159 do
      sum := (!sum + round ((i * 160) + j)) land 0xffffffff
    done
  done;
  Printf.printf "effects %d\n" !sum
