(* A constant of every kind that a unit can hold, and every kind of relocation. *)

type point = { x : float; y : float }
type tree = Leaf | Node of tree * int * tree | Tagged of string

external max_float_bits : int64 -> float = "caml_int64_float_of_bits"
external six : int -> int -> int -> int -> int -> int -> int = "caml_six_bytecode" "caml_six"

let small = 42
let wide = 0x3fffffffffffffff
let negative = -0x4000000000000000
let thirty_two_bits = 0x7fffffff
let character = 'k'
let text = "tab\t newline\n quote\" nul\000 caf\xc3\xa9"
let float = 1.5
let tiny = 4.9e-324
let not_a_number = nan
let infinite = [ infinity; neg_infinity; -0.0 ]
let long32 = 0x7fffffffl
let long64 = -0x8000000000000000L
let native = 0x123456789abcdefn
let record = { x = 0.1; y = 1e22 }
let floats = [| 1.0; -2.5; 1e-7 |]
let structured = [ (1, "one", 1.0); (2, "two", 2.0) ]
let tree = Node (Node (Leaf, 1, Leaf), 2, Tagged "right")
let variants = [ `A; `B 3; `C (4l, 5L, 6n) ]
let not_found = try raise Not_found with Not_found -> "predefined"
let call a = six a 1 2 3 4 5
let length = List.length structured
let bits = max_float_bits 1L
