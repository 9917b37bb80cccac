(* Short-lived and long-lived binary trees (the "binary trees" benchmark). Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type tree = Empty | Node of tree * tree

let rec make depth = if depth = 0 then Node (Empty, Empty) else Node (make (depth - 1), make (depth - 1))
let rec check = function Empty -> 0 | Node (l, r) -> 1 + check l + check r

let () =
  let long_lived = make 17 in
  let sum = ref 0 in
  for i = 1 to 7 * size do
    for depth = 4 to 13 do
      for _ = 1 to 1 lsl (13 - depth) do
        sum := !sum + check (make depth)
      done
    done;
    sum := !sum + i
  done;
  Printf.printf "gc_trees %d %d\n" !sum (check long_lived)
