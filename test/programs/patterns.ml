(* Pattern matching: nested, guards, or-patterns, aliases, ranges, strings, arrays, lazies, polymorphic variants, exceptions. *)
type shape = Circle of float | Rectangle of { w : float; h : float } | Triangle of float * float * float | Unit
type tokens = Plus | Minus | Times | Number of int | Open | Close | T7 | T8 | T9 | T10

let area = function
  | Circle r -> 3. *. r *. r
  | Rectangle { w; h } when w = h -> w ** 2.
  | Rectangle { w; h = height } -> w *. height
  | Triangle (a, b, c) as t -> (match t with Triangle (x, _, _) when x > 100. -> -1. | _ -> let s = (a +. b +. c) /. 2. in sqrt (s *. (s -. a) *. (s -. b) *. (s -. c)))
  | Unit -> 1.

let classify_char = function 'a' .. 'z' -> "lower" | 'A' .. 'Z' -> "upper" | '0' .. '9' -> "digit" | ' ' | '\t' | '\n' -> "space" | '\128' .. '\255' -> "high" | _ -> "other"
let classify_string = function "" -> 0 | "one" | "un" -> 1 | "two" -> 2 | "a rather long string" -> 3 | "a rather long strinG" -> 4 | s when String.length s > 30 -> 5 | _ -> -1
let classify_int = function 0 -> "zero" | 1 | 2 | 3 -> "few" | n when n < 0 -> "negative" | 1000000 -> "million" | n when n land 1 = 0 -> "even" | 1001 -> "special" | _ -> "odd"
let classify_float = function 0. -> "zero" | 1.5 -> "one and a half" | x when x <> x -> "nan" | infinity when infinity = Float.infinity -> "infinity" | _ -> "other"
let classify_int64 = function 0L -> "0" | 0x1_0000_0000L -> "2^32" | _ -> "?"
let arrays = function [||] -> "empty" | [| x |] -> Printf.sprintf "one %d" x | [| 1; y; _ |] -> Printf.sprintf "from 1, %d" y | [| _; _; z |] -> Printf.sprintf "three to %d" z | a -> Printf.sprintf "%d" (Array.length a)
let lists = function [] -> "[]" | [ _ ] -> "1" | [ 1; 2 ] -> "1,2" | 1 :: 2 :: rest -> Printf.sprintf "1,2+%d" (List.length rest) | (_ :: _ as l) when List.mem 9 l -> "has 9" | a :: (b :: _ as tail) -> Printf.sprintf "%d %d %d" a b (List.length tail)
let variants = function `A -> 1 | `B n -> n | `C (`A | `B _) -> 100 | `C (`D (x, y)) -> x * y | `Long_name_of_a_variant -> 7

let rec simplify = function
  | `Add (`Int 0, e) | `Add (e, `Int 0) | `Mul (`Int 1, e) | `Mul (e, `Int 1) -> simplify e
  | `Mul (`Int 0, _) | `Mul (_, `Int 0) -> `Int 0
  | `Add (`Int a, `Int b) -> `Int (a + b)
  | `Add (a, b) -> let a' = simplify a and b' = simplify b in if a = a' && b = b' then `Add (a, b) else simplify (`Add (a', b'))
  | `Mul (a, b) -> let a' = simplify a and b' = simplify b in if a = a' && b = b' then `Mul (a, b) else simplify (`Mul (a', b'))
  | (`Int _ | `Var _) as e -> e

let rec text = function `Int n -> string_of_int n | `Var s -> s | `Add (a, b) -> Printf.sprintf "(%s+%s)" (text a) (text b) | `Mul (a, b) -> Printf.sprintf "(%s*%s)" (text a) (text b)
let token_number = function Plus -> 1 | Minus -> 2 | Times -> 3 | Number n -> n | Open -> 5 | Close -> 6 | T7 -> 7 | T8 -> 8 | T9 -> 9 | T10 -> 10

let () =
  List.iter (fun s -> Printf.printf "%g " (area s)) [ Circle 1.; Rectangle { w = 2.; h = 2. }; Rectangle { w = 2.; h = 3. }; Triangle (3., 4., 5.); Triangle (200., 1., 1.); Unit ];
  print_newline ();
  String.iter (fun c -> print_string (classify_char c ^ " ")) "aZ5 \n\xc3~"; print_newline ();
  List.iter (fun s -> Printf.printf "%d " (classify_string s)) [ ""; "one"; "un"; "two"; "a rather long string"; "a rather long strinG"; String.make 40 'x'; "three"; "on"; "one " ]; print_newline ();
  List.iter (fun n -> print_string (classify_int n ^ " ")) [ 0; 2; -5; 1000000; 1001; 1002; 1003 ]; print_newline ();
  List.iter (fun x -> print_string (classify_float x ^ " ")) [ 0.; -0.; 1.5; nan; Float.infinity; 2. ]; print_newline ();
  List.iter (fun x -> print_string (classify_int64 x ^ " ")) [ 0L; 0x1_0000_0000L; 5L ]; print_newline ();
  List.iter (fun a -> print_string (arrays a ^ "; ")) [ [||]; [| 5 |]; [| 1; 2; 3 |]; [| 3; 2; 1 |]; [| 1; 2 |] ]; print_newline ();
  List.iter (fun l -> print_string (lists l ^ "; ")) [ []; [ 5 ]; [ 1; 2 ]; [ 1; 2; 3; 4 ]; [ 3; 9 ]; [ 4; 5; 6 ] ]; print_newline ();
  List.iter (fun v -> Printf.printf "%d " (variants v)) [ `A; `B 5; `C `A; `C (`B 1); `C (`D (6, 7)); `Long_name_of_a_variant ]; print_newline ();
  print_endline (text (simplify (`Add (`Mul (`Int 1, `Add (`Int 2, `Int 3)), `Mul (`Var "x", `Add (`Int 0, `Int 1))))));
  List.iter (fun t -> Printf.printf "%d " (token_number t)) [ T10; Number 42; Plus; Times; T7; Close; T8; T9; Minus; Open ]; print_newline ();
  let (a, (b, [ c; d ]), { contents = e }) = (1, (2, [ 3; 4 ]), ref 5) in
  let f (x, _) ({ contents = y } as r) = r := x + y; !r in
  Printf.printf "%d %d\n" (a + b + c + d + e) (f (10, ()) (ref 20));
  (match lazy (print_string "forced "; 5) with lazy n when n > 10 -> print_endline "big" | lazy 5 -> print_endline "five" | _ -> print_endline "other")
