(* Takeuchi's function with a triple for its argument. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec tak (x, y, z) =
  if x > y then tak (tak (x - 1, y, z), tak (y - 1, z, x), tak (z - 1, x, y)) else z

let () =
  let sum = ref 0 in
  for i = 1 to 40 * size do
    sum := !sum + tak (18 + (i land 1), 12, 6)
  done;
  Printf.printf "taku %d\n" !sum
