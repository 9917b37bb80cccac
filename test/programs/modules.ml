(* Functors, generative and applicative; first-class modules; recursive modules; signatures; includes; local opens. *)
module type ORDERED = sig type t val compare : t -> t -> int val show : t -> string end
module Int_ordered = struct include Int let show = string_of_int end
module String_ordered = struct include String let show s = s end

module Make_heap (O : ORDERED) = struct
  type elt = O.t
  type t = Empty | Node of int * elt * t * t
  let rank = function Empty -> 0 | Node (r, _, _, _) -> r
  let node x a b = if rank a >= rank b then Node (rank b + 1, x, a, b) else Node (rank a + 1, x, b, a)
  let rec merge a b = match (a, b) with
    | Empty, h | h, Empty -> h
    | Node (_, x, l, r), Node (_, y, l', r') -> if O.compare x y <= 0 then node x l (merge r b) else node y l' (merge a r')
  let of_list = List.fold_left (fun h x -> merge (node x Empty Empty) h) Empty
  let rec drain = function Empty -> [] | Node (_, x, l, r) -> x :: drain (merge l r)
  let show h = String.concat " " (List.map O.show (drain h))
end

module Reverse (O : ORDERED) : ORDERED with type t = O.t = struct include O let compare a b = O.compare b a end
module Pair (A : ORDERED) (B : ORDERED) = struct
  type t = A.t * B.t
  let compare (a, b) (a', b') = match A.compare a a' with 0 -> B.compare b b' | c -> c
  let show (a, b) = A.show a ^ "/" ^ B.show b
end

module Counter () = struct let n = ref 0 let next () = incr n; !n end
module C1 = Counter ()
module C2 = Counter ()

let sort (type a) (module O : ORDERED with type t = a) (l : a list) = let module H = Make_heap (O) in H.show (H.of_list l)

module type SHAPE = sig val name : string val area : float -> float end
let shapes : (module SHAPE) list = [ (module struct let name = "square" let area x = x *. x end); (module struct let name = "circle" let area r = 3. *. r *. r end) ]

module rec Tree : sig type t = Leaf of int | Branch of Forest.t val sum : t -> int end = struct
  type t = Leaf of int | Branch of Forest.t
  let sum = function Leaf n -> n | Branch f -> Forest.sum f
end
and Forest : sig type t = Tree.t list val sum : t -> int end = struct
  type t = Tree.t list
  let sum f = List.fold_left (fun n t -> n + Tree.sum t) 0 f
end

module type MONAD = sig type 'a t val return : 'a -> 'a t val bind : 'a t -> ('a -> 'b t) -> 'b t end
module Monad_tools (M : MONAD) = struct
  let ( let* ) = M.bind
  let rec map f = function [] -> M.return [] | x :: rest -> let* y = f x in let* ys = map f rest in M.return (y :: ys)
end
module Option_monad = struct type 'a t = 'a option let return x = Some x let bind = Option.bind end
module List_monad = struct type 'a t = 'a list let return x = [ x ] let bind l f = List.concat_map f l end

module Outer = struct
  let x = 1
  module Inner = struct let x = x + 1 module Deepest = struct let x = x * 10 end end
end

let () =
  let module H = Make_heap (Int_ordered) in
  let module R = Make_heap (Reverse (Int_ordered)) in
  let l = [ 5; 2; 8; 1; 9; 3 ] in
  print_endline (H.show (H.of_list l)); print_endline (R.show (R.of_list l));
  print_endline (sort (module Pair (String_ordered) (Reverse (Int_ordered))) [ ("b", 1); ("a", 1); ("a", 2) ]);
  ignore (C1.next ()); ignore (C1.next ());
  Printf.printf "%d %d\n" (C1.next ()) (C2.next ());
  List.iter (fun (module S : SHAPE) -> Printf.printf "%s %g\n" S.name (S.area 2.)) shapes;
  Printf.printf "%d\n" (Tree.sum (Branch [ Leaf 1; Branch [ Leaf 2; Leaf 3 ]; Branch [] ]));
  let module O = Monad_tools (Option_monad) in
  let module L = Monad_tools (List_monad) in
  print_endline (match O.map int_of_string_opt [ "1"; "2" ] with Some l -> String.concat "," (List.map string_of_int l) | None -> "none");
  print_endline (match O.map int_of_string_opt [ "1"; "x" ] with Some _ -> "some" | None -> "none");
  Printf.printf "%d\n" (List.length (L.map (fun n -> List.init n Fun.id) [ 2; 3; 4 ]));
  Printf.printf "%d %d\n" Outer.Inner.Deepest.x Outer.(x + Inner.x);
  let (module M : SHAPE) = List.hd shapes in
  let packed = (module M : SHAPE) in
  let name (m : (module SHAPE)) = let module M = (val m) in M.name in
  print_endline (name packed)
