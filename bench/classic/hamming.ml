(* Hamming's numbers, whose only prime factors are 2, 3 and 5, as a lazy list that is merged with its own multiples;
   numbers of two words. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

(** hi * 2^50 + lo: more than 100 bits, so no two numbers of the list fall together. *)
type wide = { hi : int; lo : int }

let base = 1 lsl 50

let times k { hi; lo } =
  let low = k * lo in
  { hi = (k * hi) + (low / base); lo = low mod base }

let order a b = if a.hi <> b.hi then a.hi - b.hi else a.lo - b.lo

type 'a stream = Cons of 'a * 'a stream Lazy.t

let rec map f (Cons (x, rest)) = Cons (f x, lazy (map f (Lazy.force rest)))

let rec merge (Cons (x, xs) as a) (Cons (y, ys) as b) =
  match order x y with
  | 0 -> Cons (x, lazy (merge (Lazy.force xs) (Lazy.force ys)))
  | c when c < 0 -> Cons (x, lazy (merge (Lazy.force xs) b))
  | _ -> Cons (y, lazy (merge a (Lazy.force ys)))

let numbers () =
  let rec all =
    lazy
      (Cons
         ( { hi = 0; lo = 1 },
           lazy
             (let by k = map (times k) (Lazy.force all) in
              merge (by 2) (merge (by 3) (by 5))) ))
  in
  Lazy.force all

let rec nth n (Cons (x, rest)) = if n = 0 then x else nth (n - 1) (Lazy.force rest)

let () =
  let sum = ref 0 in
  for i = 1 to size do
    let { hi; lo } = nth (15_000 + i) (numbers ()) in
    sum := (!sum + hi + lo) land 0xffffffffff
  done;
  Printf.printf "hamming %d\n" !sum
