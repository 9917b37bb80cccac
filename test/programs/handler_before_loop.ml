(* What is in the inner loop ends by an exception. Seen from there, where it goes on in code of its own when the loops have run for
   a while, the handler comes before what is done in the try ahead of that loop. *)
exception Stop of int

let rec check depth n = if depth > 0 then check (depth - 1) n else if n mod 7 = 0 then raise (Stop n) else n

let rounds n =
  let sum = ref 0 in
  for i = 1 to n do
    try
      let first = check 3 i in
      for j = first mod 3 to 1 do
        sum := (!sum + check 2 (first + j)) land 0xffff;
        raise (Stop j)
      done;
      incr sum
    with Stop k -> sum := ((3 * !sum) + k) land 0xffffff
  done;
  !sum

let () = List.iter (fun n -> Printf.printf "%d\n" (rounds n)) [ 3; 50; 600_000 ]
