(* Recursive functions of all kinds: direct, mutual, through closures, deep, with accumulators, anonymous. *)
let rec fact n = if n = 0 then 1 else n * fact (n - 1)
let rec fib n = if n < 2 then n else fib (n - 1) + fib (n - 2)
let rec ackermann m n = match (m, n) with 0, n -> n + 1 | m, 0 -> ackermann (m - 1) 1 | m, n -> ackermann (m - 1) (ackermann m (n - 1))
let rec even n = n = 0 || odd (n - 1)
and odd n = n <> 0 && even (n - 1)
let rec hanoi n a b c = if n = 0 then 0 else hanoi (n - 1) a c b + 1 + hanoi (n - 1) c b a
let rec gcd a b = if b = 0 then a else gcd b (a mod b)
let fix f = let rec g x = f g x in g
let rec collatz ?(steps = 0) n = if n = 1 then steps else collatz ~steps:(steps + 1) (if n mod 2 = 0 then n / 2 else (3 * n) + 1)

(* Not in tail position: a deep stack. *)
let rec sum_to n = if n = 0 then 0 else n + sum_to (n - 1)

(* Environments shared by three functions. *)
let counter start =
  let rec next () = incr cell; !cell
  and reset () = cell := start
  and twice () = let a = next () in let b = next () in (a, b)
  and cell = ref start in
  (next, reset, twice)

let rec interleave a b = match a with [] -> b | x :: rest -> x :: interleave b rest
let rec permutations = function
  | [] -> [ [] ]
  | l -> List.concat_map (fun x -> List.map (fun p -> x :: p) (permutations (List.filter (( <> ) x) l))) l

let () =
  Printf.printf "%d %d %d\n" (fact 20) (fib 22) (ackermann 2 9);
  Printf.printf "%b %b %d %d\n" (even 100001) (odd 100001) (hanoi 14 'a' 'b' 'c') (gcd 123456789 987654321);
  Printf.printf "%d %d\n" (fix (fun self n -> if n = 0 then 1 else n * self (n - 1)) 10) (collatz 27);
  Printf.printf "%d\n" (sum_to 1_000_000);
  let next, reset, twice = counter 10 in
  let a = next () in
  let b, c = twice () in
  reset ();
  Printf.printf "%d %d %d %d\n" a b c (next ());
  print_endline (String.concat " " (List.map string_of_int (interleave [ 1; 2; 3 ] [ 10; 20; 30; 40 ])));
  List.iter (fun p -> print_string (String.concat "" (List.map string_of_int p) ^ " ")) (permutations [ 1; 2; 3; 4 ]);
  print_newline ();
  let rec ones = 1 :: twos and twos = 2 :: ones in
  Printf.printf "%d %d %b\n" (List.nth ones 1001) (List.nth twos 1001) (List.tl (List.tl ones) == ones)
