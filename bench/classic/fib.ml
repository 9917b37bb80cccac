(* Fibonacci numbers by their definition: calls of a function that is known. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)

let () =
  let sum = ref 0 in
  for i = 1 to 5 * size do
    sum := !sum + fib (27 + (i land 1))
  done;
  Printf.printf "fib %d\n" !sum
