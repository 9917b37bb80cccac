(* Products of matrices, of floats and of integers modulo a prime. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let multiply a b =
  let n = Array.length a in
  Array.init n (fun i ->
      let row = a.(i) in
      Array.init n (fun j ->
          let sum = ref 0. in
          for k = 0 to n - 1 do
            sum := !sum +. (row.(k) *. b.(k).(j))
          done;
          !sum))

let multiply_modulo p (a : int array array) (b : int array array) =
  let n = Array.length a in
  let c = Array.make_matrix n n 0 in
  for i = 0 to n - 1 do
    for k = 0 to n - 1 do
      let x = a.(i).(k) in
      for j = 0 to n - 1 do
        c.(i).(j) <- (c.(i).(j) + (x * b.(k).(j))) mod p
      done
    done
  done;
  c

let () =
  let n = 80 in
  let a = Array.init n (fun i -> Array.init n (fun j -> 1. /. float_of_int (i + j + 1))) in
  let m = Array.init n (fun i -> Array.init n (fun j -> ((i * j) + i + 1) mod 7919)) in
  let x = ref a and y = ref m in
  for _ = 1 to 2 * size do
    x := Array.map (Array.map (fun v -> v /. 2.)) (multiply !x a);
    y := multiply_modulo 7919 !y m
  done;
  let trace = ref 0 in
  for i = 0 to n - 1 do
    trace := !trace + !y.(i).(i)
  done;
  Printf.printf "matmul %.9e %d\n" !x.(3).(5) !trace
