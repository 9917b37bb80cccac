(* Boxed integers in expressions, where code need not box what is in between; several bytes of strings at their edges. *)

let int64s = [ 0L; 1L; -1L; 2L; 31L; 63L; 64L; 0x7fffffffL; 0x80000000L; -0x80000001L; Int64.max_int; Int64.min_int; 0x123456789abcdefL ]
let int32s = [ 0l; 1l; -1l; 2l; 31l; 0x7fffl; Int32.max_int; Int32.min_int; 0x1234567l ]
let natives = [ 0n; 1n; -1n; 5n; Nativeint.max_int; Nativeint.min_int ]
let floats = [ 0.; -0.; 1.5; -1.5; 4.6e18; 9.3e18; -9.3e18; 2147483648.; 1e300; infinity; neg_infinity; nan ]
let pairs f l = List.iter (fun x -> List.iter (fun y -> f x y) l) l
let or_raise f x y = match f x y with z -> Printf.sprintf "%Lx" z | exception Division_by_zero -> "/0"

let mixed64 x y =
  let open Int64 in
  let a = add (mul x 3L) (sub y 7L) in
  let b = logxor (shift_left a 13) (shift_right_logical a 7) in
  logor (logand b (lognot y)) (neg (shift_right a 3))

let mixed32 x y =
  let open Int32 in
  let a = add (mul x 3l) (sub y 7l) in
  let b = logxor (shift_left a 13) (shift_right_logical a 7) in
  logor (logand b (lognot y)) (neg (shift_right a 3))

let mixed_native x y =
  let open Nativeint in
  let a = add (mul x 3n) (sub y 7n) in
  let b = logxor (shift_left a 13) (shift_right_logical a 7) in
  logor (logand b (lognot y)) (neg (shift_right a 3))

let () =
  pairs (fun x y -> Printf.printf "%Lx " (mixed64 x y)) int64s;
  print_newline ();
  pairs (fun x y -> Printf.printf "%lx " (mixed32 x y)) int32s;
  print_newline ();
  pairs (fun x y -> Printf.printf "%nx " (mixed_native x y)) natives;
  print_newline ()

(* Division: by zero, and of the smallest integer by -1. *)
let divided x y = Int64.add (Int64.div x y) (Int64.mul 1000L (Int64.rem x y))
let divided32 x y = Int64.of_int32 (Int32.add (Int32.div x y) (Int32.mul 1000l (Int32.rem x y)))
let divided_native x y = Int64.of_nativeint (Nativeint.add (Nativeint.div x y) (Nativeint.rem x y))

(* What is live where it raises. *)
let caught x y =
  let before = Int64.add x 1L in
  try Int64.sub (Int64.div before y) x with Division_by_zero -> Int64.logxor before 0x55L

let () =
  pairs (fun x y -> Printf.printf "%s %Lx " (or_raise divided x y) (caught x y)) int64s;
  print_newline ();
  pairs (fun x y -> print_string (or_raise divided32 x y ^ " ")) int32s;
  print_newline ();
  pairs (fun x y -> print_string (or_raise divided_native x y ^ " ")) natives;
  print_newline ()

(* Comparisons: with what has just been computed, and with what has not. *)
let compared x y =
  let z = Int64.add x 1L in
  [ z = y; z <> y; z < y; z <= y; z > y; z >= y; y < z; y = Int64.sub z 1L; z = Int64.succ x; Int64.equal z y; x == y ]

let compared32 x y =
  let z = Int32.add x 1l in
  [ z = y; z <> y; z < y; z <= y; z > y; z >= y; y < z; Int32.unsigned_compare z y < 0; compare z y > 0 ]

let generic a b = (compare a b, a = b, a < b, a >= b)
let show l = List.iter (fun b -> print_char (if b then '1' else '0')) l

let () =
  pairs (fun x y -> show (compared x y)) int64s;
  print_newline ();
  pairs (fun x y -> show (compared32 x y)) int32s;
  print_newline ();
  pairs (fun x y -> Printf.printf "%d%d%d " (compare x y) (Int64.compare (Int64.neg x) y) (Int64.unsigned_compare x y)) int64s;
  print_newline ();
  (* Types are not known where these compare. *)
  let int_and_box = generic (Obj.repr 1) (Obj.repr (Int64.add 3L (Int64.of_int (Sys.opaque_identity 1)))) in
  let a, b, c, d = int_and_box in
  Printf.printf "%d %b %b %b\n" a b c d;
  let one = Obj.repr (Int64.add 1L (Sys.opaque_identity 0L)) in
  List.iter
    (fun other -> Printf.printf "%d %b %d " (compare one other) (one = other) (compare other one))
    [ Obj.repr 0; Obj.repr 1; Obj.repr 1L; Obj.repr (1, 1); Obj.repr "1"; Obj.repr 1.; Obj.repr [| 1.; 2. |] ];
  print_newline ()

(* Conversions. *)
let () =
  List.iter
    (fun x ->
      let open Int64 in
      Printf.printf "%d %lx %nx %h %h %Lx;" (to_int x) (to_int32 (add x 1L)) (to_nativeint (sub x 1L)) (to_float (add x 1L))
        (float_of_bits (logxor x 1L)) (of_int32 (to_int32 x)))
    int64s;
  print_newline ();
  List.iter (fun x -> Printf.printf "%d %Lx %h %h;" Int32.(to_int (add x x)) (Int64.of_int32 (Int32.neg x)) (Int32.to_float x) (Int32.float_of_bits (Int32.add x 1l))) int32s;
  print_newline ();
  List.iter
    (fun x ->
      Printf.printf "%Lx %lx %nx %d %Lx %lx;" (Int64.of_float x) (Int32.of_float x) (Nativeint.of_float x) (int_of_float (x +. 1.))
        (Int64.add 1L (Int64.bits_of_float (x *. 2.)))
        (if Float.is_nan x then 0l else Int32.bits_of_float (x +. 1.)))
    floats;
  print_newline ();
  List.iter
    (fun n -> Printf.printf "%lx %Lx %nx;" (Int32.of_int (n + 1)) (Int64.of_int (n * 3)) (Nativeint.of_int (n - 1)))
    [ 0; 1; -1; max_int; min_int; 0x7fffffff; 0x80000000; 1 lsl 33 ];
  print_newline ()

(* A number that is boxed only on one of two ways, and one in a loop. *)
let sometimes c x =
  let y = Int64.mul x 5L in
  if c then Some y else if y > 100L then None else Some (Int64.sub y 1L)

let loop n =
  let state = ref 1L and sum = ref 0l and steps = ref [] in
  for i = 1 to n do
    state := Int64.add (Int64.mul !state 6364136223846793005L) (Int64.of_int i);
    if i mod 100 = 0 then steps := !state :: !steps;
    sum := Int32.add !sum (Int64.to_int32 (Int64.shift_right !state 17))
  done;
  (!state, !sum, List.length !steps)

let () =
  List.iter
    (fun x ->
      let show = function None -> "-" | Some y -> Int64.to_string y in
      Printf.printf "%s %s;" (show (sometimes true x)) (show (sometimes false x)))
    int64s;
  let state, sum, steps = loop 1000 in
  Printf.printf "%Lx %lx %d\n" state sum steps

(* Several bytes. *)
let indices = [ 0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 12; -1; -2; -4; -7; -8; max_int; max_int - 3; max_int - 7; min_int; min_int + 1; 1 lsl 32; (1 lsl 32) - 8; 1 lsl 61 ]
let or_bound f = match f () with s -> s | exception Invalid_argument s -> "!" ^ String.sub s 0 5

let () =
  List.iter
    (fun length ->
      let s = String.init length (fun i -> Char.chr (0xf8 - (9 * i) land 255)) in
      List.iter
        (fun i ->
          let get f = print_string (or_bound f ^ " ") in
          get (fun () -> Printf.sprintf "%x" (String.get_uint16_le s i));
          get (fun () -> Printf.sprintf "%x" (String.get_int16_be s i));
          get (fun () -> Printf.sprintf "%lx" (Int32.add 1l (String.get_int32_le s i)));
          get (fun () -> Printf.sprintf "%lx" (String.get_int32_be s i));
          get (fun () -> Printf.sprintf "%Lx" (Int64.sub (String.get_int64_le s i) 1L));
          get (fun () -> Printf.sprintf "%Lx" (String.get_int64_be s i)))
        indices;
      print_newline ();
      let set f =
        let b = Bytes.of_string s in
        let raised = or_bound (fun () -> f b; "") in
        print_string (raised ^ Digest.to_hex (Digest.bytes b) ^ " ")
      in
      List.iter
        (fun i ->
          set (fun b -> Bytes.set_uint16_le b i 0x12345);
          set (fun b -> Bytes.set_int16_be b i (-2));
          set (fun b -> Bytes.set_int32_le b i (Int32.sub 5l 7l));
          set (fun b -> Bytes.set_int32_be b i 0x12345678l);
          set (fun b -> Bytes.set_int64_le b i (Int64.shift_left 0x1234567L 30));
          set (fun b -> Bytes.set_int64_be b i (-2L)))
        indices;
      print_newline ())
    [ 0; 1; 3; 7; 8; 9; 12 ]
