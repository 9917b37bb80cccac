(* Arithmetic of int, int32, int64 and nativeint (runtime/ints.c and the instructions of the interpreter). *)
open Check

module type INT = sig
  type t

  val name : string
  val random : unit -> t
  val edges : t list
  val text : t -> string
  val unary : (string * (t -> t)) list
  val binary : (string * (t -> t -> t)) list
  val shifts : (string * (t -> int -> t)) list
  val shift_widths : int
  val compare : (string * (t -> t -> bool)) list
  val order : t -> t -> int
  val equal : t -> t -> bool
  val to_float : t -> float
  val of_float : float -> t
  val other : (string * (t -> string)) list
end

(* Comparisons at a known type become instructions or primitives of their own. *)
module Integer : INT = struct
  type t = int

  let name = "int"
  let random = Check.int
  let edges = [ 0; 1; -1; 2; -2; 7; -7; max_int; min_int; max_int - 1; min_int + 1; 0x7fffffff; -0x80000000; 1 lsl 53 ]
  let text = string_of_int
  let unary = [ ("neg", ( ~- )); ("lnot", lnot); ("succ", succ); ("pred", pred); ("abs", abs) ]

  let binary =
    [
      ("add", ( + )); ("sub", ( - )); ("mul", ( * )); ("div", ( / )); ("mod", ( mod ));
      ("land", ( land )); ("lor", ( lor )); ("lxor", ( lxor )); ("min", Int.min); ("max", Int.max);
    ]

  let shifts = [ ("lsl", ( lsl )); ("lsr", ( lsr )); ("asr", ( asr )) ]
  let shift_widths = 63

  let compare =
    [
      ("=", fun (a : int) b -> a = b); ("<>", fun (a : int) b -> a <> b); ("<", fun (a : int) b -> a < b);
      ("<=", fun (a : int) b -> a <= b); (">", fun (a : int) b -> a > b); (">=", fun (a : int) b -> a >= b);
      ("==", ( == )); ("!=", ( != ));
    ]

  let order = Int.compare
  let equal = Int.equal
  let to_float = float_of_int
  let of_float = int_of_float

  let other =
    [
      ("hash", fun n -> string_of_int (Hashtbl.hash n));
      ("to_int32", fun n -> Int32.to_string (Int32.of_int n));
      ("to_int64", fun n -> Int64.to_string (Int64.of_int n));
      ("to_nativeint", fun n -> Nativeint.to_string (Nativeint.of_int n));
    ]
end

module type BOXED = sig
  type t

  val neg : t -> t
  val add : t -> t -> t
  val sub : t -> t -> t
  val mul : t -> t -> t
  val div : t -> t -> t
  val unsigned_div : t -> t -> t
  val rem : t -> t -> t
  val unsigned_rem : t -> t -> t
  val succ : t -> t
  val pred : t -> t
  val abs : t -> t
  val max_int : t
  val min_int : t
  val zero : t
  val one : t
  val minus_one : t
  val logand : t -> t -> t
  val logor : t -> t -> t
  val logxor : t -> t -> t
  val lognot : t -> t
  val shift_left : t -> int -> t
  val shift_right : t -> int -> t
  val shift_right_logical : t -> int -> t
  val of_int : int -> t
  val to_int : t -> int
  val unsigned_to_int : t -> int option
  val of_float : float -> t
  val to_float : t -> float
  val to_string : t -> string
  val of_string : string -> t
  val compare : t -> t -> int
  val unsigned_compare : t -> t -> int
  val equal : t -> t -> bool
  val min : t -> t -> t
  val max : t -> t -> t
end

module Boxed
    (N : BOXED) (P : sig
      val name : string
      val width : int
      val random : unit -> N.t
      val others : (string * (N.t -> string)) list
    end) : INT = struct
  type t = N.t

  let name = P.name
  let random = P.random

  let edges =
    N.[ zero; one; minus_one; of_int 2; of_int (-2); of_int 7; max_int; min_int; pred max_int; succ min_int; of_int 65536 ]

  let text = N.to_string
  let unary = N.[ ("neg", neg); ("lognot", lognot); ("succ", succ); ("pred", pred); ("abs", abs) ]

  let binary =
    N.[
      ("add", add); ("sub", sub); ("mul", mul); ("div", div); ("rem", rem);
      ("unsigned_div", unsigned_div); ("unsigned_rem", unsigned_rem);
      ("logand", logand); ("logor", logor); ("logxor", logxor); ("min", min); ("max", max);
    ]

  let shifts =
    N.[ ("shift_left", shift_left); ("shift_right", shift_right); ("shift_right_logical", shift_right_logical) ]

  let shift_widths = P.width

  let compare =
    [
      ("=", fun (a : N.t) b -> a = b); ("<>", fun (a : N.t) b -> a <> b); ("<", fun (a : N.t) b -> a < b);
      ("<=", fun (a : N.t) b -> a <= b); (">", fun (a : N.t) b -> a > b); (">=", fun (a : N.t) b -> a >= b);
      ("unsigned <", fun a b -> N.unsigned_compare a b < 0);
    ]

  let order = N.compare
  let equal = N.equal
  let to_float = N.to_float
  let of_float = N.of_float

  let other =
    [
      ("hash", fun n -> string_of_int (Hashtbl.hash n));
      ("to_int", fun n -> string_of_int (N.to_int n));
      ("unsigned_to_int", fun n -> match N.unsigned_to_int n with None -> "None" | Some i -> string_of_int i);
      ("of_string", fun n -> N.to_string (N.of_string (N.to_string n)));
    ]
    @ P.others
end

module I32 =
  Boxed
    (Int32)
    (struct
      let name = "int32"
      let width = 32
      let random = Check.int32
      let others = [ ("float_of_bits", fun n -> bits (Int32.float_of_bits n)) ]
    end)

(* int32 and nativeint conversions exist on one side only. *)
module I64 =
  Boxed
    (Int64)
    (struct
      let name = "int64"
      let width = 64
      let random = Check.int64

      let others =
        [
          ("to_int32", fun n -> Int32.to_string (Int64.to_int32 n));
          ("of_int32", fun n -> Int64.to_string (Int64.of_int32 (Int64.to_int32 n)));
          ("to_nativeint", fun n -> Nativeint.to_string (Int64.to_nativeint n));
          ("of_nativeint", fun n -> Int64.to_string (Int64.of_nativeint (Int64.to_nativeint n)));
          ("bits", fun n -> Int64.to_string (Int64.bits_of_float (Int64.float_of_bits n)));
        ]
    end)

module Native =
  Boxed
    (Nativeint)
    (struct
      let name = "nativeint"
      let width = 64
      let random = Check.nativeint

      let others =
        [
          ("to_int32", fun n -> Int32.to_string (Nativeint.to_int32 n));
          ("of_int32", fun n -> Nativeint.to_string (Nativeint.of_int32 (Nativeint.to_int32 n)));
        ]
    end)

let test (module N : INT) =
  let label s = N.name ^ " " ^ s in
  let all f = String.concat " " (List.map (fun a -> try_ (fun () -> f a)) N.edges) in
  List.iter
    (fun (op, f) ->
      case (label op) (fun () -> all (fun a -> N.text (f a)));
      blocks (label op) 1 (fun _ -> N.text (f (N.random ()))))
    N.unary;
  List.iter
    (fun (op, f) ->
      List.iter (fun a -> case (label op) (fun () -> all (fun b -> N.text (f a b)))) N.edges;
      blocks (label op) 2 (fun _ ->
          let a = N.random () in
          let b = N.random () in
          N.text (f a b)))
    N.binary;
  List.iter
    (fun (op, f) ->
      blocks (label op) 1 (fun _ ->
          let a = N.random () in
          N.text (f a (below N.shift_widths))))
    N.shifts;
  blocks (label "comparison") 2 (fun i ->
      let a = N.random () in
      let b = if i land 7 = 0 then a else N.random () in
      let outcomes = List.map (fun (_, f) -> if f a b then "1" else "0") N.compare in
      String.concat "" outcomes
      ^ Printf.sprintf "%d%d%b" (N.order a b) (Stdlib.compare a b) (N.equal a b));
  blocks (label "float") 1 (fun _ ->
      let a = N.random () in
      bits (N.to_float a));
  let floats = [ 0.; -0.; 0.99; -0.99; 1.5; -1.5; 123456789.123; -2147483648.; 2147483647.; 1e15; -1e15; 9007199254740993. ] in
  List.iter (fun x -> case (label (Printf.sprintf "of_float %g" x)) (fun () -> N.text (N.of_float x)))
    (if N.shift_widths = 32 then List.filter (fun x -> Float.abs x < 3e9) floats else floats);
  List.iter
    (fun (op, f) ->
      case (label op) (fun () -> all f);
      blocks (label op) 1 (fun _ -> f (N.random ())))
    N.other

let () = List.iter test [ (module Integer : INT); (module I32); (module I64); (module Native) ]

let () =
  case "Int32.bits_of_float" (fun () ->
      String.concat " "
        (List.map
           (fun x -> Printf.sprintf "%08lx" (Int32.bits_of_float x))
           [ 0.; -0.; 1.; 0.1; 1e-45; 1e-46; 3.4028235e38; 3.5e38; infinity; neg_infinity; 16777217.; 1.00000006 ]))

(* Bytes are swapped by primitives of their own. *)
external swap16 : int -> int = "%bswap16"
external swap32 : int32 -> int32 = "%bswap_int32"
external swap64 : int64 -> int64 = "%bswap_int64"
external swap_native : nativeint -> nativeint = "%bswap_native"

let () =
  blocks "bswap" 1 (fun _ ->
      let n = int64 () in
      Printf.sprintf "%x %lx %Lx %nx"
        (swap16 (Int64.to_int n land 0xffff))
        (swap32 (Int64.to_int32 n)) (swap64 n)
        (swap_native (Int64.to_nativeint n)))
