(* Training: bit counting, Newton's square roots, perfect numbers, calendar arithmetic, a shift register, a digital sum.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let bits limit =
  let total = ref 0 in
  for n = 0 to limit do
    let x = ref n in
    while !x > 0 do
      x := !x land (!x - 1);
      incr total
    done
  done;
  !total

let square_roots limit =
  let total = ref 0 in
  for n = 1 to limit do
    let x = ref n and go = ref true in
    while !go do
      let next = (!x + (n / !x)) asr 1 in
      if next < !x then x := next else go := false
    done;
    total := !total + !x
  done;
  !total

let perfect limit =
  let found = ref 0 in
  for n = 2 to limit do
    let sum = ref 1 and d = ref 2 in
    while !d * !d <= n do
      if n mod !d = 0 then sum := !sum + !d + if !d * !d = n then 0 else n / !d;
      incr d
    done;
    if !sum = n then found := !found + n
  done;
  !found

let fridays from until =
  let day = ref 0 and count = ref 0 in
  for year = from to until do
    let leap = (year mod 4 = 0 && year mod 100 <> 0) || year mod 400 = 0 in
    for month = 1 to 12 do
      if (!day + 12) mod 7 = 4 then incr count;
      day := !day + match month with 2 -> if leap then 29 else 28 | 4 | 6 | 9 | 11 -> 30 | _ -> 31
    done
  done;
  !count

let shift_register seed steps =
  let x = ref (seed lor 1) in
  for _ = steps downto 1 do
    let bit = (!x lxor (!x lsr 2) lxor (!x lsr 3) lxor (!x lsr 5)) land 1 in
    x := (!x lsr 1) lor (bit lsl 15)
  done;
  !x

let rec digital_sum n = if n < 10 then n else begin
  let s = ref 0 and m = ref n in
  while !m <> 0 do
    s := !s + (!m mod 10);
    m := !m / 10
  done;
  digital_sum !s
end

let () =
  let sum = ref 0 in
  for i = 1 to 12 * size do
    sum := !sum + bits (6000 + i) + square_roots 2500 + perfect (1500 + i) + fridays 1900 (2100 + i) + shift_register i 20_000;
    for j = 1 to 1000 do sum := !sum + digital_sum (i * j * 7919) done
  done;
  Printf.printf "loops %d\n" !sum
