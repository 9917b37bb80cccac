(* Float (stdlib/float.ml; runtime/floats.c). What C defines exactly is printed in full; of the functions of libm whose
   last bit may differ, the results are printed rounded to 13 digits ("~"); libm.ml is about their accuracy. *)
open Check

let edges =
  [
    0.; -0.; 1.; -1.; 0.5; -0.5; 1.5; 2.5; -2.5; 3.; 0.1; 1e-10; 4.9e-324; -4.9e-324; 2.2250738585072014e-308; 2.225073858507201e-308;
    0.49999999999999994; 4503599627370495.5; 4503599627370497.5; 9007199254740993.; 1e22; 1e300; max_float; -.max_float; infinity;
    neg_infinity; nan;
  ]

(* A quiet nan's sign is the processor's affair. *)
let show x = if Float.is_nan x then "nan" else bits x

let exact_unary =
  Float.
    [
      ("neg", neg); ("abs", abs); ("sqrt", sqrt); ("ceil", ceil); ("floor", floor); ("trunc", trunc); ("round", round);
      ("succ", succ); ("pred", pred);
    ]

let exact_binary =
  Float.
    [
      ("add", add); ("sub", sub); ("mul", mul); ("div", div); ("rem", rem); ("copy_sign", copy_sign); ("next_after", next_after);
      ("min", min); ("max", max); ("min_num", min_num); ("max_num", max_num);
    ]

let () =
  List.iter (fun (name, f) -> List.iter (fun x -> case (Printf.sprintf "%s %h" name x) (fun () -> show (f x))) edges) exact_unary;
  List.iter (fun (name, f) -> blocks name 1 (fun _ -> show (f (float ())))) exact_unary;
  List.iter
    (fun (name, f) ->
      List.iter
        (fun x -> case (Printf.sprintf "%s %h" name x) (fun () -> String.concat " " (List.map (fun y -> show (f x y)) edges)))
        edges;
      blocks name 1 (fun _ -> let x = float () in show (f x (float ()))))
    exact_binary;
  let triple f name n = blocks name n (fun _ -> let x = float () in let y = float () in f x y (float ())) in
  triple (fun x y z -> show (Float.fma x y z)) "fma" 2;
  List.iter
    (fun x ->
      case (Printf.sprintf "parts of %h" x) (fun () ->
          let m, e = Float.frexp x in
          let fraction, whole = Float.modf x in
          Printf.sprintf "%s %d %s %s %b %b %b %b %b %s" (show m) e (show fraction) (show whole) (Float.sign_bit x) (Float.is_nan x)
            (Float.is_finite x) (Float.is_integer x) (Float.is_nan x)
            (match classify_float x with
             | FP_normal -> "normal" | FP_subnormal -> "subnormal" | FP_zero -> "zero" | FP_infinite -> "infinite" | FP_nan -> "nan")))
    edges;
  blocks "frexp" 1 (fun _ -> let m, e = Float.frexp (float ()) in Printf.sprintf "%s %d" (show m) e);
  blocks "modf" 1 (fun _ -> let a, b = Float.modf (float ()) in Printf.sprintf "%s %s" (show a) (show b));
  List.iter
    (fun x ->
      case (Printf.sprintf "ldexp %h" x) (fun () ->
          String.concat " "
            (List.map (fun n -> show (Float.ldexp x n))
               [ 0; 1; -1; 52; -52; 1023; 1024; -1022; -1074; -1075; 2000; -2000; 2100; -2150; max_int; min_int; 1 lsl 32; -(1 lsl 32) ])))
    edges;
  blocks "ldexp" 1 (fun _ -> let x = float () in show (Float.ldexp x (below 4400 - 2200)));
  blocks "of_int" 1 (fun _ -> show (Float.of_int (int ())));
  blocks "to_int" 1 (fun _ -> let x = float () in if Float.abs x < 4e18 then string_of_int (Float.to_int x) else "");
  blocks "compare" 1 (fun _ ->
      let x = float () in
      let y = if below 4 = 0 then x else float () in
      Printf.sprintf "%d %b %b %b" (Float.compare x y) (Float.equal x y) (x < y) (x = y));
  blocks "bits" 1 (fun _ -> let n = int64 () in Printf.sprintf "%Lx %lx" (Int64.bits_of_float (Int64.float_of_bits n)) (Int32.bits_of_float (float ())));
  blocks "text" 1 (fun _ -> let x = float () in Printf.sprintf "%s %.17g %h %F" (string_of_float x) x x x);
  List.iter
    (fun s -> case (Printf.sprintf "of_string %S" s) (fun () -> show (float_of_string s)))
    [ ""; "."; "1."; ".5"; "1e"; "1e5"; "1_000.5"; "_1"; "nan"; "-nan"; "inf"; "-infinity"; "Infinity"; "0x1.8p3"; "0x.8"; "0x"; "1e400"; "1e-400"; "1x"; " 1"; "1 " ];
  case "min_max" (fun () -> let a, b = Float.min_max 1. nan in show a ^ show b);
  case "min_max_num" (fun () -> let a, b = Float.min_max_num 1. nan in show a ^ show b);
  case "constants" (fun () ->
      String.concat " " (List.map bits Float.[ pi; epsilon; max_float; min_float; infinity; neg_infinity; minus_one; zero; one ]))

(* Functions of libm. *)
let unary =
  Float.
    [
      ("cbrt", cbrt); ("exp", exp); ("exp2", exp2); ("log", log); ("log10", log10); ("log2", log2); ("expm1", expm1); ("log1p", log1p);
      ("cos", cos); ("sin", sin); ("tan", tan); ("acos", acos); ("asin", asin); ("atan", atan); ("cosh", cosh); ("sinh", sinh);
      ("tanh", tanh); ("acosh", acosh); ("asinh", asinh); ("atanh", atanh); ("erf", erf); ("erfc", erfc);
    ]

let binary = [ ("pow", Float.pow); ("hypot", Float.hypot); ("atan2", Float.atan2) ]
let about x = if Float.is_nan x then "nan" else Printf.sprintf "~%.13g" x

let () =
  let inputs = edges @ [ 0.01; 0.3; 0.8; 0.99; 1.2; 2.; 5.9; 6.1; 10.; 26.; 28.; -3.; 100.; 700.; 710.; 745.; -700.; 1e6; -1e6; 1e10 ] in
  List.iter (fun (name, f) -> List.iter (fun x -> case (Printf.sprintf "%s %h" name x) (fun () -> about (f x))) inputs) unary;
  let few = [ 0.; -0.; 1.; -1.; 0.5; 2.; -2.; 3.; -3.; 1e-300; 1e300; infinity; neg_infinity; nan ] in
  List.iter
    (fun (name, f) ->
      List.iter (fun x -> case (Printf.sprintf "%s %h" name x) (fun () -> String.concat " " (List.map (fun y -> about (f x y)) few))) few)
    binary;
  (* Exact cases; glibc has no exact cube roots. *)
  blocks "powers of 2" 1 (fun _ -> let n = float_of_int (below 2200 - 1100) in show (Float.exp2 n) ^ show (Float.pow 2. n));
  blocks "log2" 1 (fun _ -> show (Float.log2 (Float.ldexp 1. (below 2098 - 1074))));
  blocks "small powers" 1 (fun _ -> let n = below 200 in show (Float.pow (float_of_int n) (float_of_int (below 7))));
  blocks "pythagorean" 1 (fun _ ->
      let m = 1 + below 1000 in
      let n = 1 + below 1000 in
      show (Float.hypot (float_of_int (abs ((m * m) - (n * n)))) (float_of_int (2 * m * n))))

module A = Float.Array

let () =
  let a = A.init 10 (fun i -> float_of_int (i * i)) in
  let show a = String.concat " " (List.map (Printf.sprintf "%g") (A.to_list a)) in
  case "Array" (fun () -> show a);
  case "sub append concat" (fun () -> show (A.append (A.sub a 2 3) (A.concat [ A.make 2 0.5; a ])));
  case "blit fill" (fun () -> let b = A.copy a in A.blit a 0 b 3 5; A.fill b 8 2 nan; show b);
  case "sort" (fun () -> let b = A.of_list [ 3.; nan; -0.; 0.; 1. ] in A.sort Float.compare b; show b);
  case "out of bounds" (fun () -> string_of_float (A.get a 10));
  case "set" (fun () -> A.set a 0 (-1.); show a);
  case "negative" (fun () -> show (A.create (-1)));
  case "hash" (fun () -> Printf.sprintf "%d %d %d" (Float.hash 1.) (Float.hash nan) (Float.seeded_hash 5 0.))
