(* Ackermann's function, which is deeply recursive. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec ack m n = if m = 0 then n + 1 else if n = 0 then ack (m - 1) 1 else ack (m - 1) (ack m (n - 1))

let () =
  let sum = ref 0 in
  for i = 1 to size do
    sum := !sum + ack 2 (900 + (i land 7)) + ack 3 7
  done;
  Printf.printf "ack %d\n" !sum
