(* The largest stretching of an infinite matrix, by the power method on a part of it. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let element i j = 1. /. float_of_int (((i + j) * (i + j + 1) / 2) + i + 1)

let times v result =
  let n = Array.length v in
  for i = 0 to n - 1 do
    let sum = ref 0. in
    for j = 0 to n - 1 do
      sum := !sum +. (element i j *. v.(j))
    done;
    result.(i) <- !sum
  done

let times_transposed v result =
  let n = Array.length v in
  for i = 0 to n - 1 do
    let sum = ref 0. in
    for j = 0 to n - 1 do
      sum := !sum +. (element j i *. v.(j))
    done;
    result.(i) <- !sum
  done

let norm n rounds =
  let u = Array.make n 1. and v = Array.make n 0. and half = Array.make n 0. in
  for _ = 1 to rounds do
    times u half;
    times_transposed half v;
    times v half;
    times_transposed half u
  done;
  let uv = ref 0. and vv = ref 0. in
  for i = 0 to n - 1 do
    uv := !uv +. (u.(i) *. v.(i));
    vv := !vv +. (v.(i) *. v.(i))
  done;
  sqrt (!uv /. !vv)

let () =
  let sum = ref 0. in
  for i = 1 to size do
    sum := !sum +. norm (160 + (i land 15)) 10
  done;
  Printf.printf "spectral_norm %.9f\n" !sum
