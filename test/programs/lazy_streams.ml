(* Infinite streams by lazy cells, and what forcing does. *)
type 'a stream = Cons of 'a * 'a stream Lazy.t

let rec from n = Cons (n, lazy (from (n + 1)))
let head (Cons (x, _)) = x
let tail (Cons (_, s)) = Lazy.force s
let rec take n s = if n = 0 then [] else head s :: take (n - 1) (tail s)
let rec map f (Cons (x, s)) = Cons (f x, lazy (map f (Lazy.force s)))
let rec filter p (Cons (x, s)) = if p x then Cons (x, lazy (filter p (Lazy.force s))) else filter p (Lazy.force s)
let rec map2 f (Cons (x, s)) (Cons (y, t)) = Cons (f x y, lazy (map2 f (Lazy.force s) (Lazy.force t)))
let rec sieve (Cons (p, s)) = Cons (p, lazy (sieve (filter (fun n -> n mod p <> 0) (Lazy.force s))))
let rec fibs = Cons (0, lazy (Cons (1, lazy (map2 ( + ) fibs (tail fibs)))))
let rec merge (Cons (x, s) as a) (Cons (y, t) as b) =
  if x < y then Cons (x, lazy (merge (Lazy.force s) b)) else if x > y then Cons (y, lazy (merge a (Lazy.force t))) else Cons (x, lazy (merge (Lazy.force s) (Lazy.force t)))
let rec hamming = Cons (1, lazy (merge (map (( * ) 2) hamming) (merge (map (( * ) 3) hamming) (map (( * ) 5) hamming))))
let rec nth n s = if n = 0 then head s else nth (n - 1) (tail s)
let print l = print_endline (String.concat " " (List.map string_of_int l))

let () =
  print (take 10 (from 5));
  print (take 15 (sieve (from 2)));
  print (take 20 fibs);
  print (take 25 hamming);
  Printf.printf "%d %d\n" (nth 50 fibs) (nth 5000 (from 0));
  let forced = ref [] in
  let cell i = lazy (forced := i :: !forced; i * i) in
  let cells = Array.init 5 cell in
  ignore (Lazy.force cells.(3)); ignore (Lazy.force cells.(1)); ignore (Lazy.force cells.(3));
  print !forced;
  let rec knot = lazy (match Sys.opaque_identity 1 with 0 -> Lazy.force knot | n -> n) in
  Printf.printf "%d\n" (Lazy.force knot);
  let rec bad = lazy (Lazy.force bad + 1) in
  (match Lazy.force bad with n -> print [ n ] | exception Lazy.Undefined -> print_endline "undefined");
  let tries = ref 0 in
  let flaky = lazy (incr tries; if !tries = 1 then raise Not_found else !tries) in
  (try ignore (Lazy.force flaky) with Not_found -> print_endline "not found");
  (try ignore (Lazy.force flaky) with Not_found -> print_endline "not found again");
  Printf.printf "%d %b\n" !tries (Lazy.is_val flaky);
  let (lazy x) = lazy 5 and y = Lazy.from_fun (fun () -> 6) in
  Printf.printf "%d %d\n" x (Lazy.force y)
