(* Numbers of 64 bits: generators of random numbers, hashes of strings, greatest common divisors, powers modulo a
   number. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let ( +! ) = Int64.add
let ( *! ) = Int64.mul
let ( ^! ) = Int64.logxor
let left = Int64.shift_left
let right = Int64.shift_right_logical

type generator = { mutable s0 : int64; mutable s1 : int64 }

let next g =
  let a = g.s0 and b = g.s1 in
  let a = a ^! left a 23 in
  let a = a ^! right a 17 ^! b ^! right b 26 in
  g.s0 <- b;
  g.s1 <- a;
  a +! b

let mix z =
  let z = (z ^! right z 30) *! 0xbf58476d1ce4e5b9L in
  let z = (z ^! right z 27) *! 0x94d049bb133111ebL in
  z ^! right z 31

(** A local state that never leaves the loop. *)
let mixed seed n =
  let state = ref seed and sum = ref 0L in
  for _ = 1 to n do
    state := !state +! 0x9e3779b97f4a7c15L;
    sum := !sum ^! mix !state
  done;
  !sum

let hash s =
  let h = ref 0xcbf29ce484222325L in
  String.iter (fun c -> h := (!h ^! Int64.of_int (Char.code c)) *! 0x100000001b3L) s;
  !h

let rec gcd a b = if b = 0L then a else gcd b (Int64.unsigned_rem a b)

(** base ^ e modulo m, which is less than 2^31. *)
let power base e m =
  let rec go result base e =
    if Int64.compare e 0L <= 0 then result
    else
      let result = if Int64.logand e 1L = 1L then Int64.rem (result *! base) m else result in
      go result (Int64.rem (base *! base) m) (Int64.shift_right e 1)
  in
  go 1L (Int64.rem base m) e

let () =
  let g = { s0 = 0x123456789abcdefL; s1 = 42L } and sum = ref 0L in
  let text = String.init 1000 (fun i -> Char.chr (i land 255)) in
  for i = 1 to 24 * size do
    for _ = 1 to 20_000 do sum := !sum ^! next g done;
    sum := !sum +! mixed (Int64.of_int i) 20_000 +! hash text;
    for _ = 1 to 20 do
      sum := !sum +! gcd (next g) (next g) +! power (right (next g) 1) (right (next g) 1) 2147483647L
    done
  done;
  Printf.printf "xorshift %Lx\n" !sum
