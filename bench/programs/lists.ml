(* Lists of the standard library: map, filter, sort, fold, concat_map, assoc. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let scrambled n seed = List.init n (fun i -> (i * 7919 + seed) mod 10007)

let round seed =
  let numbers = scrambled 3000 seed in
  let sorted = List.sort compare (List.map (fun x -> (x mod 97, x)) numbers) in
  let ints = List.sort_uniq Int.compare numbers in
  let even, odd = List.partition (fun x -> x land 1 = 0) ints in
  let merged = List.merge (fun a b -> Int.compare b a) (List.rev even) (List.rev odd) in
  let pairs = List.concat_map (fun x -> [ (x, 1); (x + 1, 2) ]) (List.filter (fun x -> x mod 50 = seed mod 50) merged) in
  let found = List.fold_left (fun n (x, _) -> n + List.assoc x pairs) 0 pairs in
  let weighted = List.fold_left2 (fun n (k, x) y -> (n * 3 + k + x - y) land 0xfffffff) 0 sorted numbers in
  let exists = List.exists (fun x -> x = seed) merged && List.mem (-1) odd in
  found + weighted + List.length merged + Bool.to_int exists

let () =
  let sum = ref 0 in
  for i = 1 to 3 * size do
    sum := (!sum + round i + round (i + 5000)) land 0xffffffff
  done;
  Printf.printf "lists %d\n" !sum
