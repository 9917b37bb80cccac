(* Numbers of all kinds: wrap-around, big naturals, rationals, primes, bases, dates, pi. *)
module Nat = struct
  (* Little-endian digits in base 10^4. *)
  let base = 10_000
  let of_int n = let rec go n = if n = 0 then [] else (n mod base) :: go (n / base) in go n
  let rec add ?(carry = 0) a b = match (a, b) with
    | [], [] -> if carry = 0 then [] else [ carry ]
    | [], l | l, [] -> if carry = 0 then l else add l [ carry ]
    | x :: a, y :: b -> let s = x + y + carry in (s mod base) :: add ~carry:(s / base) a b
  let scale k a = let rec go carry = function [] -> of_int carry | x :: rest -> let p = (k * x) + carry in (p mod base) :: go (p / base) rest in if k = 0 then [] else go 0 a
  let rec mul a = function [] -> [] | y :: b -> add (scale y a) (match mul a b with [] -> [] | l -> 0 :: l)
  let to_string a = match List.rev a with [] -> "0" | d :: rest -> String.concat "" (string_of_int d :: List.map (Printf.sprintf "%04d") rest)
  let rec pow a n = if n = 0 then of_int 1 else let h = pow a (n / 2) in let h2 = mul h h in if n land 1 = 1 then mul h2 a else h2
end

module Q = struct
  type t = { num : int; den : int }
  let rec gcd a b = if b = 0 then abs a else gcd b (a mod b)
  let make num den = if den = 0 then raise Division_by_zero; let g = gcd num den * compare den 0 in { num = num / g; den = den / g }
  let ( + ) a b = make ((a.num * b.den) + (b.num * a.den)) (a.den * b.den)
  let ( / ) a b = make (a.num * b.den) (a.den * b.num)
  let show { num; den } = if den = 1 then string_of_int num else Printf.sprintf "%d/%d" num den
end

let is_prime n = n > 1 && let rec go d = d * d > n || (n mod d <> 0 && go (d + 1)) in go 2
let rec factor ?(d = 2) n = if n = 1 then [] else if d * d > n then [ n ] else if n mod d = 0 then d :: factor ~d (n / d) else factor ~d:(d + 1) n
let rec power_mod b e m = if e = 0 then 1 else let h = power_mod (b * b mod m) (e / 2) m in if e land 1 = 1 then h * b mod m else h
let to_base b n = let rec go n acc = if n = 0 then acc else go (n / b) ("0123456789abcdefghijklmnopqrstuvwxyz".[n mod b] :: acc) in String.of_seq (List.to_seq (go n []))
let roman n = let rec go n = function [] -> "" | (v, s) :: rest as l -> if n >= v then s ^ go (n - v) l else go n rest in
  go n [ (1000, "M"); (900, "CM"); (500, "D"); (400, "CD"); (100, "C"); (90, "XC"); (50, "L"); (40, "XL"); (10, "X"); (9, "IX"); (5, "V"); (4, "IV"); (1, "I") ]
let weekday y m d = let t = [| 0; 3; 2; 5; 0; 3; 5; 1; 4; 6; 2; 4 |] in let y = if m < 3 then y - 1 else y in (y + (y / 4) - (y / 100) + (y / 400) + t.(m - 1) + d) mod 7

let pi_digits n =
  (* The spigot of Rabinowitz and Wagon. *)
  let len = (10 * n / 3) + 1 in
  let a = Array.make len 2 and out = Buffer.create n and nines = ref 0 and held = ref (-1) in
  for _ = 1 to n do
    let q = ref 0 in
    for i = len - 1 downto 0 do
      let x = (10 * a.(i)) + (!q * (i + 1)) in
      a.(i) <- x mod ((2 * i) + 1); q := x / ((2 * i) + 1);
      if i = 0 then (a.(0) <- x mod 10; q := x / 10)
    done;
    if !q = 9 then incr nines
    else begin
      if !held >= 0 then Buffer.add_string out (string_of_int (!held + (!q / 10)));
      Buffer.add_string out (String.make !nines (if !q >= 10 then '0' else '9'));
      nines := 0; held := !q mod 10
    end
  done;
  Buffer.contents out

let () =
  print_endline (Nat.to_string (List.fold_left (fun a n -> Nat.scale n a) (Nat.of_int 1) (List.init 60 succ)));
  print_endline (Nat.to_string (Nat.pow (Nat.of_int 3) 200));
  print_endline (Q.show (List.fold_left (fun a n -> Q.(a + make 1 n)) (Q.make 0 1) (List.init 15 succ)));
  print_endline (Q.show Q.(make 3 4 / make (-9) 8));
  (match Q.make 1 0 with _ -> () | exception Division_by_zero -> print_endline "division by zero");
  print_endline (String.concat " " (List.map string_of_int (List.filter is_prime (List.init 60 Fun.id))));
  print_endline (String.concat "*" (List.map string_of_int (factor 600851475143)));
  Printf.printf "%d %s %s %s\n" (power_mod 7 123456789 1_000_000_007) (to_base 2 1234567) (to_base 36 max_int) (roman 1994);
  print_endline (pi_digits 60);
  Printf.printf "%d %d\n" (weekday 2000 1 1) (weekday 1994 2 28);
  Printf.printf "%d %d %d %d\n" (max_int + 1) (min_int - 1) (max_int * 2) (-7 / 2);
  Printf.printf "%d %d %d %d %d\n" (-7 mod 2) (7 mod -2) (1 lsl 62) (-1 lsr 1) (-1 asr 5);
  Printf.printf "%ld %Ld %nd\n" (Int32.add Int32.max_int 1l) (Int64.mul Int64.max_int 2L) (Nativeint.neg Nativeint.min_int);
  Printf.printf "%g %g %g %b %h\n" (1. /. 0.) (0. /. 0.) (-1. /. infinity) (nan = nan) 0.1;
  Printf.printf "%.12f %d %d\n" (4. *. atan 1.) (truncate (-2.7)) (Float.to_int (Float.round 2.5));
  Printf.printf "%s %s\n" (Complex.(fun z -> Printf.sprintf "%g+%gi" z.re z.im) Complex.(mul { re = 1.; im = 2. } { re = 3.; im = -1. })) (string_of_float (Complex.norm { re = 3.; im = 4. }))
