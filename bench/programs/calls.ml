(* Calls of known functions with one to three arguments: fib, tak, Ackermann. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
let rec tak x y z = if y >= x then z else tak (tak (x - 1) y z) (tak (y - 1) z x) (tak (z - 1) x y)

let rec ackermann m n =
  if m = 0 then n + 1
  else if n = 0 then ackermann (m - 1) 1
  else ackermann (m - 1) (ackermann m (n - 1))

let () =
  let sum = ref 0 in
  for i = 1 to 5 * size do
    sum := !sum + fib (24 + (i land 3)) + tak (18 + (i land 1)) 12 6 + ackermann 3 (5 + (i land 1))
  done;
  Printf.printf "calls %d\n" !sum
