(* Training: Euclid, towers of Hanoi, Hofstadter's sequences, modular powers, partitions. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let rec hanoi n a b c = if n = 0 then 0 else hanoi (n - 1) a c b + (a lxor c) + hanoi (n - 1) b a c
let rec female n = if n = 0 then 1 else n - male (female (n - 1))
and male n = if n = 0 then 0 else n - female (male (n - 1))

let rec power base exponent modulus =
  if exponent = 0 then 1
  else
    let half = power (base * base mod modulus) (exponent / 2) modulus in
    if exponent land 1 = 0 then half else half * base mod modulus

let rec partitions n largest =
  if n = 0 then 1 else if n < 0 || largest = 0 then 0 else partitions (n - largest) largest + partitions n (largest - 1)

let rec collatz n steps = if n = 1 then steps else collatz (if n land 1 = 0 then n lsr 1 else (3 * n) + 1) (steps + 1)

let () =
  let sum = ref 0 in
  for i = 1 to 8 * size do
    sum := !sum + hanoi (13 + (i land 1)) 1 2 3 + male (50 + (i land 7)) + partitions 34 (10 + (i land 7));
    for j = 1 to 300 do
      sum := !sum + gcd (i * 1000) (j * 14) + power (i + j) 65537 1000003 + collatz (i + j) 0
    done
  done;
  Printf.printf "calls %d\n" !sum
