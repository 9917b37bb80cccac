(* A unit with constants, closures, exceptions and the standard library. *)
exception Odd of int

type shape = Square of float | Circle of { radius : float }

let words = [| "one"; "two" |]
let shapes = [ Square 2.0; Circle { radius = 1.0 } ]
let big = 0x1_0000_0000L
let area = function Square side -> side *. side | Circle { radius } -> 3.25 *. radius *. radius
let half n = if n land 1 = 1 then raise (Odd n) else n / 2
let adder n = fun m -> n + m
let rec count n = if n = 0 then 0 else 1 + count (n - 1)
let known = Hashtbl.create 3

let () =
  ignore (Sys.opaque_identity (List.fold_left (fun sum shape -> sum +. area shape) 0.0 shapes));
  (try ignore (half 3) with Odd n -> Hashtbl.replace known (words.(1) ^ string_of_int n) (adder n 4));
  Hashtbl.replace known (Int64.to_string (Int64.add big 1L)) (count 1000)
