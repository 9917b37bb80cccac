(* The accuracy of the functions of libm: lines "FUNCTION ARGUMENT… RESULT", in hexadecimal bits. libm.txt has the results
   to which the exact values round, from mpmath:

     ocamlc -g check.ml libm.ml -o libm.byte && ocamlrun libm.byte | python3 libm.py > libm.txt *)
open Check

let count = 100

let run name f =
  state := Int64.of_int (Hashtbl.hash name);
  for _ = 1 to count do
    f ()
  done

(* Between low and high. *)
let within low high =
  let unit = Int64.to_float (Int64.shift_right_logical (next ()) 11) *. epsilon_float /. 2. in
  low +. ((high -. low) *. unit)

(* Any sign and magnitude between 2^low and 2^high. *)
let scaled low high =
  let exponent = low + below (high - low) in
  let x = Float.ldexp (within 1. 2.) exponent in
  if below 2 = 0 then x else -.x

let positive low high = Float.abs (scaled low high)

let unary name f argument =
  run name (fun () ->
      let x = argument () in
      Printf.printf "%s %s %s\n" name (bits x) (bits (f x)))

let binary name f first second =
  run name (fun () ->
      let x = first () in
      let y = second () in
      Printf.printf "%s %s %s %s\n" name (bits x) (bits y) (bits (f x y)))

let () =
  let open Float in
  unary "cbrt" cbrt (fun () -> scaled (-1070) 1023);
  unary "cbrt" cbrt (fun () -> let n = of_int (below 100_000) in n *. n *. n);
  unary "exp" exp (fun () -> within (-740.) 709.);
  unary "exp" exp (fun () -> scaled (-60) 2);
  unary "exp2" exp2 (fun () -> within (-1070.) 1023.);
  unary "log" log (fun () -> positive (-1070) 1023);
  unary "log" log (fun () -> within 0.5 2.);
  unary "log10" log10 (fun () -> positive (-1070) 1023);
  unary "log2" log2 (fun () -> positive (-1070) 1023);
  unary "log2" log2 (fun () -> within 0.5 2.);
  unary "expm1" expm1 (fun () -> within (-40.) 709.);
  unary "expm1" expm1 (fun () -> scaled (-60) 2);
  unary "log1p" log1p (fun () -> positive (-60) 1000);
  unary "log1p" log1p (fun () -> within (-0.999) 1.);
  unary "sin" sin (fun () -> scaled (-40) 8);
  unary "cos" cos (fun () -> scaled (-40) 8);
  unary "tan" tan (fun () -> scaled (-40) 8);
  unary "sin" sin (fun () -> scaled 20 1023);
  unary "cos" cos (fun () -> scaled 20 1023);
  unary "tan" tan (fun () -> scaled 20 1023);
  unary "asin" asin (fun () -> within (-1.) 1.);
  unary "acos" acos (fun () -> within (-1.) 1.);
  unary "atan" atan (fun () -> scaled (-40) 40);
  unary "sinh" sinh (fun () -> scaled (-40) 9);
  unary "cosh" cosh (fun () -> scaled (-40) 9);
  unary "tanh" tanh (fun () -> scaled (-40) 5);
  unary "asinh" asinh (fun () -> scaled (-40) 1000);
  unary "asinh" asinh (fun () -> scaled (-3) 3);
  unary "acosh" acosh (fun () -> 1. +. positive (-40) 1000);
  unary "acosh" acosh (fun () -> within 1. 3.);
  unary "atanh" atanh (fun () -> within (-1.) 1.);
  unary "atanh" atanh (fun () -> scaled (-40) (-1));
  unary "erf" erf (fun () -> within (-6.) 6.);
  unary "erf" erf (fun () -> scaled (-1070) 2);
  unary "erfc" erfc (fun () -> within (-6.) 6.);
  unary "erfc" erfc (fun () -> within 0. 26.5);
  binary "pow" pow (fun () -> positive (-20) 20) (fun () -> within (-30.) 30.);
  binary "pow" pow (fun () -> within 0.9 1.1) (fun () -> scaled 0 12);
  binary "hypot" hypot (fun () -> scaled (-10) 10) (fun () -> scaled (-10) 10);
  binary "hypot" hypot (fun () -> scaled (-1000) 1000) (fun () -> scaled (-1000) 1000);
  binary "atan2" atan2 (fun () -> scaled (-20) 20) (fun () -> scaled (-20) 20)
