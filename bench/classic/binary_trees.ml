(* Full binary trees that are made, counted and forgotten next to one that stays. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type tree = Leaf | Node of tree * tree

let rec make depth = if depth = 0 then Node (Leaf, Leaf) else Node (make (depth - 1), make (depth - 1))
let rec count = function Leaf -> 0 | Node (l, r) -> 1 + count l + count r

let () =
  let lasting = make 15 and sum = ref 0 in
  for _ = 1 to 10 * size do
    sum := !sum + count (make 14);
    for depth = 4 to 10 do
      for _ = 1 to 1 lsl (12 - depth) do
        sum := !sum + count (make depth)
      done
    done
  done;
  Printf.printf "binary_trees %d %d\n" !sum (count lasting)
