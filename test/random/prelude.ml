(* What generated programs share: output with a checksum, a bound for the work they do, small values, text for every type. *)

exception Out_of_fuel

let budget = ref 0
let checksum = ref 0
let lines = ref 0

(** Every function, and every round of a loop, takes some fuel, so that programs end. *)
let tick () =
  if !budget <= 0 then raise Out_of_fuel;
  decr budget

(** Print a line, and remember it in the checksum; of what is printed beyond 80 lines only the checksum is seen. *)
let out s =
  for i = 0 to String.length s - 1 do
    checksum := ((!checksum * 31) + Char.code s.[i]) land max_int
  done;
  if !lines < 80 then (
    incr lines;
    print_string s;
    print_char '\n')

(** Run a statement of a program: with fuel of its own, whatever it raises. *)
let guard f =
  budget := 200;
  try f () with
  | Stack_overflow | Out_of_memory -> exit 99
  | e -> out ("exception " ^ Printexc.to_string e)

(* An effect that asks, and one that tells. *)
type _ Effect.t += Ask : int -> int Effect.t | Tell : string -> unit Effect.t

(** The same for a statement whose functions may perform effects. *)
let guard_effects f =
  let handled () =
    match f () with
    | () -> ()
    | effect (Ask n), k -> tick (); Effect.Deep.continue k (n + 1)
    | effect (Tell s), k -> tick (); out ("told " ^ String.escaped s); Effect.Deep.continue k ()
  in
  guard handled

(** Work that takes no fuel is paid for before. *)
let burn n =
  if !budget < n then raise Out_of_fuel;
  budget := !budget - n

let start name =
  budget := 200;
  checksum := 0;
  lines := 0;
  Printf.printf "=== %d\n" name

let finish () =
  Printf.printf "checksum %d, fuel %d\n%!" !checksum !budget

(* Values do not grow without bounds. *)

let clip s = if String.length s > 24 then String.sub s 0 24 else s
let clip_bytes s = if Bytes.length s > 24 then Bytes.sub s 0 24 else s
let rec firsts n l = match l with [] -> [] | x :: r -> if n = 0 then [] else x :: firsts (n - 1) r
let take l = firsts 6 l
let few a = if Array.length a > 6 then Array.sub a 0 6 else a
let whole x = if Float.abs x < 1e15 then int_of_float x else 0
let finite x = if Float.is_nan x then 0.5 else x
let bits x = Int64.bits_of_float (finite x)

type 'a tree = Leaf | Node of 'a tree * 'a * 'a tree

let rec cut n t = match t with Node (l, x, r) when n > 0 -> Node (cut (n - 1) l, x, cut (n - 1) r) | _ -> Leaf
let rec fold_tree f t acc = match t with Leaf -> acc | Node (l, x, r) -> fold_tree f r (f x (fold_tree f l acc))

let rec insert x t =
  match t with
  | Leaf -> Node (Leaf, x, Leaf)
  | Node (l, y, r) as t ->
      let c = compare x y in
      if c = 0 then t else if c < 0 then Node (insert x l, y, r) else Node (l, y, insert x r)

(** Buffers and tables stay small, too. *)
let add_string b s = if Buffer.length b < 100 then Buffer.add_string b (clip s)

(** With one parameter, as all types here. *)
type 'a result = ('a, string) Stdlib.result

type table = (string, int) Hashtbl.t

let bindings (t : table) = List.sort compare (Hashtbl.fold (fun k v l -> (k, v) :: l) t [])

(** Memory that is used for a moment only. *)
let churn n =
  let kept = ref [] in
  for i = 1 to n land 63 do
    let fresh = Array.init (i land 7) (fun j -> string_of_int (i * j)) in
    if i land 3 = 0 then kept := Array.to_list fresh;
    kept := "x" :: !kept
  done;
  List.length !kept

(* Bigarrays of one dimension *)

type ('a, 'b) big = ('a, 'b, Bigarray.c_layout) Bigarray.Array1.t
type big_float = (float, Bigarray.float64_elt) big
type big_single = (float, Bigarray.float32_elt) big
type big_int32 = (int32, Bigarray.int32_elt) big
type big_int64 = (int64, Bigarray.int64_elt) big
type big_native = (nativeint, Bigarray.nativeint_elt) big
type big_byte = (int, Bigarray.int8_unsigned_elt) big
type big_short = (int, Bigarray.int16_signed_elt) big
type big_char = (char, Bigarray.int8_unsigned_elt) big

let big_make kind n x : (_, _) big =
  let a = Bigarray.Array1.create kind Bigarray.C_layout n in
  Bigarray.Array1.fill a x;
  a

(* Modules as values *)

module type Packed = sig
  type t

  val value : t
  val f : t -> t
  val show : t -> string
end

type packed = (module Packed)

let nothing_packed : packed = (module struct type t = unit let value = () let f x = x let show () = "()" end)

let twice (module M : Packed) : packed = (module struct include M let f x = f (f x) end)

(* Records and closures in cycles *)

type cycle = { next : cycle; value : int; step : int -> int }

let rec walk n c = if n <= 0 then c.value else c.step (c.value + walk (n - 1) c.next)

(* Text *)

let show_int = string_of_int
let show_bool = string_of_bool
let show_char = Printf.sprintf "%C"
let show_string = Printf.sprintf "%S"
let show_unit () = "()"
let show_float x = if Float.is_nan x then "nan" else Printf.sprintf "%h" x
let show_int32 = Printf.sprintf "%ldl"
let show_int64 = Printf.sprintf "%LdL"
let show_nativeint = Printf.sprintf "%ndn"
let show_bytes b = show_string (Bytes.to_string b)
let show_exn = Printexc.to_string
let show_buffer b = show_string (Buffer.contents b)
let show_list f l = "[" ^ String.concat "; " (List.map f l) ^ "]"
let show_array f a = "|" ^ show_list f (Array.to_list a) ^ "|"
let show_option f = function None -> "None" | Some x -> "Some " ^ f x
let show_ref f r = "ref " ^ f !r
let show_result f = function Ok x -> "Ok " ^ f x | Error e -> "Error " ^ show_string e
let show_lazy f x = "lazy " ^ f (Lazy.force x)
let show_pair f g (x, y) = "(" ^ f x ^ ", " ^ g y ^ ")"
let show_triple f g h (x, y, z) = "(" ^ f x ^ ", " ^ g y ^ ", " ^ h z ^ ")"
let show_packed (module M : Packed) = "module " ^ M.show (M.f M.value)
let show_floatarray a = "|" ^ show_list show_float (Float.Array.to_list a) ^ "|"
let show_big f (a : (_, _) big) = "{" ^ show_list f (List.init (Bigarray.Array1.dim a) (fun i -> a.{i})) ^ "}"
let show_table t = show_list (show_pair show_string show_int) (bindings t)
let rec show_tree f = function Leaf -> "." | Node (l, x, r) -> "<" ^ show_tree f l ^ f x ^ show_tree f r ^ ">"
