(* Elements of Bigarrays of all kinds and layouts, computed with where they are read. *)
open Bigarray

let sum1 (a : (float, 'k, 'l) Array1.t) first n =
  let s = ref 0. in
  for i = first to first + n - 1 do s := !s +. (a.{i} *. 1.5) done;
  !s

let floats (type k) name (kind : (float, k) kind) =
  let a = Array1.create kind c_layout 10 and b = Array2.create kind fortran_layout 4 5 in
  let c = Array3.create kind c_layout 2 3 4 in
  for i = 0 to 9 do a.{i} <- float_of_int (i * i) /. 3. done;
  for i = 1 to 4 do for j = 1 to 5 do b.{i, j} <- float_of_int ((10 * i) + j) *. 1.1 done done;
  for i = 0 to 1 do for j = 0 to 2 do for k = 0 to 3 do c.{i, j, k} <- float_of_int (i - j + k) *. 0.25 done done done;
  for i = 1 to 3 do for j = 2 to 5 do b.{i, j} <- b.{i + 1, j - 1} +. b.{i, j} done done;
  let s = ref 0. in
  for i = 0 to 1 do for j = 0 to 2 do for k = 0 to 3 do s := !s +. (c.{i, j, k} *. c.{1 - i, j, 3 - k}) done done done;
  Printf.printf "%s %.6g %.6g %.6g %.6g\n" name (sum1 a 0 10) b.{2, 3} b.{1, 5} !s

let integers (type k) name (kind : (int, k) kind) =
  let a = Array1.create kind c_layout 300 and b = Array2.create kind fortran_layout 3 3 in
  for i = 0 to 299 do a.{i} <- (i * 37) - 1000 done;
  for i = 1 to 3 do for j = 1 to 3 do b.{i, j} <- i lsl (j * 5) done done;
  let s = ref 0 in
  for i = 0 to 299 do s := (!s * 3) + a.{i} done;
  for i = 1 to 3 do for j = 1 to 3 do s := !s + (b.{i, j} lxor b.{j, i}) done done;
  Printf.printf "%s %d %d\n" name !s (a.{7} + a.{299})

let int32s () =
  let a = Array1.create int32 c_layout 20 and b = Array2.create int32 fortran_layout 2 2 in
  for i = 0 to 19 do a.{i} <- Int32.mul (Int32.of_int i) 0x1234567l done;
  b.{1, 2} <- Int32.sub a.{3} 7l;
  b.{2, 1} <- Int32.add a.{19} b.{1, 2};
  let s = ref 0l in
  for i = 0 to 19 do s := Int32.add (Int32.logxor !s a.{i}) 5l done;
  Printf.printf "int32 %ld %ld %ld\n" !s b.{1, 2} (Int32.add b.{2, 1} 1l)

let int64s () =
  let a = Array1.create int64 c_layout 20 and b = Array1.create nativeint fortran_layout 20 in
  for i = 0 to 19 do a.{i} <- Int64.mul (Int64.of_int i) 0x123456789abcdefL done;
  for i = 1 to 20 do b.{i} <- Nativeint.shift_left (Nativeint.of_int i) (i + 40) done;
  let s = ref 0L and t = ref 0n in
  for i = 0 to 19 do s := Int64.add (Int64.logxor !s a.{i}) 5L; t := Nativeint.logxor !t (Nativeint.add b.{i + 1} 3n) done;
  Printf.printf "int64 %Ld %nd\n" !s !t

let others () =
  let a = Array1.init complex64 c_layout 5 (fun i -> { Complex.re = float_of_int i; im = 0.5 }) in
  let b = Array1.init complex32 fortran_layout 5 (fun i -> Complex.neg a.{i - 1}) in
  let s = ref Complex.zero in
  for i = 0 to 4 do s := Complex.add !s (Complex.mul a.{i} b.{i + 1}) done;
  let c = Array1.init char c_layout 26 (fun i -> Char.chr (97 + i)) in
  let n = ref 0 in
  for i = 0 to 25 do n := (!n * 2) + Char.code c.{i}; c.{i} <- Char.chr (Char.code c.{i} - 32) done;
  Printf.printf "complex %g %g chars %d %c\n" !s.re !s.im !n c.{3}

(* Out of bounds, with values in registers that the handler needs. *)
let bounds (a : (float, float64_elt, c_layout) Array1.t) (b : (int, int8_unsigned_elt, fortran_layout) Array2.t) =
  let errors = ref 0 and s = ref 0. and n = ref 0 in
  for i = -2 to 12 do
    let x = float_of_int i *. 2. in
    (try s := !s +. a.{i} +. x with Invalid_argument m -> incr errors; if m <> "index out of bounds" then print_endline m);
    (try a.{i} <- x with Invalid_argument _ -> s := !s +. (x *. 0.5));
    try n := !n + b.{i, 3} with Invalid_argument _ -> n := !n + 1000
  done;
  Printf.printf "bounds %d %g %d\n" !errors !s !n

(* What the type says is known in one branch only. *)
let generic (type a k) (kind : (a, k) kind) (v : (a, k, c_layout) Array1.t) i : string =
  let x = v.{i} in
  match kind with
  | Float64 -> string_of_float (x +. 1.)
  | Float32 -> string_of_float (x +. 2.)
  | Int -> string_of_int (x + 3)
  | Int32 -> Int32.to_string (Int32.add x 4l)
  | Char -> String.make 2 x
  | _ -> "?"

let () =
  floats "float64" float64;
  floats "float32" float32;
  floats "float16" float16;
  integers "int8_signed" int8_signed;
  integers "int8_unsigned" int8_unsigned;
  integers "int16_signed" int16_signed;
  integers "int16_unsigned" int16_unsigned;
  integers "int" int;
  int32s ();
  int64s ();
  others ();
  let a = Array1.init float64 c_layout 10 float_of_int and b = Array2.init int8_unsigned fortran_layout 4 4 (fun i j -> i * j) in
  bounds a b;
  let f kind x = generic kind (Array1.init kind c_layout 3 (fun _ -> x)) 1 in
  print_endline (String.concat " " [ f Float64 1.5; f Float32 2.5; f Int 4; f Int32 5l; f Char 'x'; f Int64 1L ]);
  (match f Float64 1.5, generic Int (Array1.create Int c_layout 2) 2 with _ -> () | exception Invalid_argument m -> print_endline m)
