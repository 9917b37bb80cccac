(* Polymorphic functions and records, polymorphic recursion, phantom types, extensible types, type classes by records. *)
type 'a nested = Flat of 'a | Nest of ('a * 'a) nested
let rec depth : 'a. 'a nested -> int = function Flat _ -> 0 | Nest n -> 1 + depth n
let rec count : 'a. ('a -> int) -> 'a nested -> int = fun f -> function Flat x -> f x | Nest n -> count (fun (a, b) -> f a + f b) n

type id = { id : 'a. 'a -> 'a }
let use { id } = (id 1, id "x")

module Length : sig type 'unit t val meters : float -> [ `m ] t val feet : float -> [ `ft ] t val to_meters : [ `ft ] t -> [ `m ] t val add : 'u t -> 'u t -> 'u t val value : _ t -> float end = struct
  type 'unit t = float
  let meters x = x
  let feet x = x
  let to_meters x = x *. 0.3048
  let add = ( +. )
  let value x = x
end

type message = ..
type message += Text of string | Number of int
let handlers : (message -> string option) list ref = ref []
let register f = handlers := f :: !handlers
let handle m = match List.find_map (fun f -> f m) !handlers with Some s -> s | None -> "unknown"

type 'a show = { show : 'a -> string }
let int = { show = string_of_int }
let list s = { show = (fun l -> "[" ^ String.concat ";" (List.map s.show l) ^ "]") }
let pair a b = { show = (fun (x, y) -> a.show x ^ "," ^ b.show y) }

(* Church numerals. *)
type church = { n : 'a. ('a -> 'a) -> 'a -> 'a }
let zero = { n = (fun _ x -> x) }
let succ c = { n = (fun f x -> f (c.n f x)) }
let add a b = { n = (fun f x -> a.n f (b.n f x)) }
let mul a b = { n = (fun f -> a.n (b.n f)) }
let to_int c = c.n Stdlib.succ 0

type (_, _) lens = Lens : { get : 's -> 'a; set : 'a -> 's -> 's } -> ('s, 'a) lens
let compose : type a b c. (a, b) lens -> (b, c) lens -> (a, c) lens = fun (Lens a) (Lens b) -> Lens { get = (fun s -> b.get (a.get s)); set = (fun v s -> a.set (b.set v (a.get s)) s) }
let update (Lens l) f s = l.set (f (l.get s)) s

let rec fold_map f acc = function [] -> (acc, []) | x :: rest -> let acc, y = f acc x in let acc, ys = fold_map f acc rest in (acc, y :: ys)

let () =
  let n = Nest (Nest (Flat ((1, 2), (3, 4)))) in
  Printf.printf "%d %d\n" (depth n) (count Fun.id n);
  let a, b = use { id = (fun x -> x) } in
  Printf.printf "%d %s\n" a b;
  Printf.printf "%g\n" Length.(value (add (meters 1.) (to_meters (feet 10.))));
  register (function Text s -> Some ("text " ^ s) | _ -> None);
  register (function Number n -> Some ("number " ^ string_of_int n) | _ -> None);
  let module M = struct type message += Other of float end in
  print_endline (String.concat "; " (List.map handle [ Text "a"; Number 3; M.Other 1. ]));
  register (function M.Other x -> Some (string_of_float x) | _ -> None);
  print_endline (handle (M.Other 2.5));
  print_endline ((list (pair int (list int))).show [ (1, [ 2; 3 ]); (4, []) ]);
  let three = succ (succ (succ zero)) in
  Printf.printf "%d %d\n" (to_int (add three three)) (to_int (mul three (mul three three)));
  let first = Lens { get = fst; set = (fun v (_, b) -> (v, b)) } and second = Lens { get = snd; set = (fun v (a, _) -> (a, v)) } in
  let (x, (y, z)) = update (compose second first) (( * ) 10) (1, (2, "three")) in
  Printf.printf "%d %d %s\n" x y z;
  let sum, doubled = fold_map (fun n x -> (n + x, 2 * x)) 0 [ 1; 2; 3 ] in
  Printf.printf "%d %s\n" sum ((list int).show doubled);
  let weak = ref [] in
  weak := [ 1 ];
  Printf.printf "%s %b\n" ((list int).show !weak) (compare (Some [ 1 ]) (Some !weak) = 0)
