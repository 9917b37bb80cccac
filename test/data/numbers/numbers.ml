(* What the runtime of OCaml makes of numbers: the reference for runtime/numbers and for the integers of
   runtime/core/ints.ts. Written with

     ocamlc -o numbers.byte numbers.ml
     ocamlrun numbers.byte random > random.txt
     ocamlrun numbers.byte edge > edge.txt

   random.txt: lines "CHECK BLOCK MD5", a digest of 100,000 results each. edge.txt: what each format makes of
   each of the inputs, and the number in each string; fields separated by tabs and escaped as in OCaml, "!" before an
   exception. The doubles of random.txt come from splitmix64; the test makes the same ones. *)

external format_float : string -> float -> string = "caml_format_float"
external hexstring_of_float : float -> int -> char -> string = "caml_hexstring_of_float"
external format_int : string -> int -> string = "caml_format_int"
external format_int32 : string -> int32 -> string = "caml_int32_format"
external format_int64 : string -> int64 -> string = "caml_int64_format"

let state = ref 0L

let next () =
  let open Int64 in
  state := add !state 0x9e3779b97f4a7c15L;
  let z = !state in
  let z = mul (logxor z (shift_right_logical z 30)) 0xbf58476d1ce4e5b9L in
  let z = mul (logxor z (shift_right_logical z 27)) 0x94d049bb133111ebL in
  logxor z (shift_right_logical z 31)

(* 0 <= below n < n <= 2^31 *)
let below n = Int64.to_int (Int64.shift_right_logical (next ()) 33) mod n

let pow10 n = float_of_string (Printf.sprintf "1e%d" n)

(* Any bits; dyadic fractions, for ties; decimal fractions; multiples of 5 * 10^n, for ties above the point. *)
let random_float i =
  match i land 3 with
  | 0 -> Int64.float_of_bits (next ())
  | 1 ->
    let m = below 0x100000 in
    Float.ldexp (float_of_int m) (- (below 14))
  | 2 ->
    let m = Int64.to_float (Int64.shift_right_logical (next ()) (11 + below 40)) in
    m /. pow10 (below 16)
  | _ ->
    let m = below 0x100000 in
    float_of_int ((2 * m) + 1) *. 5. *. pow10 (below 18)

let block = 100_000

let check name blocks one =
  state := 42L;
  let b = Buffer.create 4_000_000 in
  for k = 0 to blocks - 1 do
    Buffer.clear b;
    for i = 0 to block - 1 do
      one b i;
      Buffer.add_char b '\n'
    done;
    Printf.printf "%s %d %s\n" name k (Digest.to_hex (Digest.string (Buffer.contents b)))
  done

let check_format blocks format =
  check format blocks (fun b i -> Buffer.add_string b (format_float format (random_float i)))

let bits b x = Buffer.add_string b (Printf.sprintf "%Lx" (Int64.bits_of_float x))

let random_decimal () =
  let b = Buffer.create 60 in
  let length = 1 + below 40 in
  let point = below 60 in
  for i = 0 to length - 1 do
    if i = point then Buffer.add_char b '.';
    Buffer.add_char b (Char.chr (48 + below 10))
  done;
  Buffer.add_string b (Printf.sprintf "e%d" (below 680 - 360));
  Buffer.contents b

let random_hexadecimal () =
  let b = Buffer.create 60 in
  Buffer.add_string b "0x";
  let length = 1 + below 24 in
  let point = below 40 in
  for i = 0 to length - 1 do
    if i = point then Buffer.add_char b '.';
    Buffer.add_char b "0123456789abcdef".[below 16]
  done;
  Buffer.add_string b (Printf.sprintf "p%d" (below 2300 - 1200));
  Buffer.contents b

(* Of similar size, so that the sum cancels now and then; in blocks of subnormals too. *)
let random_fma b i =
  let scale = match i land 3 with 0 -> 0 | 1 -> -520 | 2 -> -540 | _ -> 508 in
  let one s =
    let m = Int64.shift_right_logical (next ()) (11 + below 30) in
    let x = Float.ldexp (Int64.to_float m) (s - 53) in
    if below 2 = 0 then x else -.x
  in
  let x = one scale in
  let y = one scale in
  let z = if i land 4 = 0 then -.(x *. y) else one (2 * scale) in
  bits b (Float.fma x y z)

let random () =
  List.iter (check_format 10) [ "%.12g"; "%.15g"; "%.17g"; "%.6f"; "%e" ];
  List.iter (check_format 1)
    [ "%.0f"; "%.1f"; "%.2f"; "%.3f"; "%.20f"; "%.60f"; "%.101f"; "%.0e"; "%.1e"; "%.16e"; "%.50e"; "%.120e"; "%.0g";
      "%.1g"; "%.2g"; "%.3g"; "%g"; "%.30g"; "%.110g"; "%#.12g"; "%+012.4f"; "%-15.3E|"; "% G"; "%a"; "%.4A" ];
  check "hexstring" 2 (fun b i ->
      let x = random_float i in
      Buffer.add_string b (hexstring_of_float x (below 18 - 1) "-+ ".[below 3]));
  check "round_trip" 10 (fun b i -> bits b (float_of_string (format_float "%.17g" (random_float i))));
  check "short" 2 (fun b i ->
      let x = random_float i in
      let digits = below 18 in
      bits b (float_of_string (format_float (Printf.sprintf "%%.%de" digits) x)));
  check "decimal" 2 (fun b _ -> bits b (float_of_string (random_decimal ())));
  check "hexadecimal" 2 (fun b _ -> bits b (float_of_string (random_hexadecimal ())));
  check "fma" 2 random_fma

let doubles =
  [ 0.; -0.; 1.; -1.; 0.5; 1.5; 2.5; -2.5; 0.125; 0.375; 9.5; 99.5; 999999.5; 0.1; -1234.56789; 123456789.; 1e15; 1e16;
    1e17; 1e21; 1e22; 1.7976931348623157e308; 5e-324; 2.2250738585072014e-308; 2.225073858507201e-308; 9.9999e-5;
    0.000099999999999999; 1e-4; 1e-5; 0.3; 4503599627370496.5; 9007199254740993.; infinity; neg_infinity; nan; -.nan;
    3.14159265358979312; 25.; 35.; 12345678901234567890.; 5e20; 0x1.8p-1030 ]

let float_formats =
  List.concat_map
    (fun flags -> List.map (fun rest -> "%" ^ flags ^ rest) [ "f"; "12.3f"; ".0e"; "14g"; ".0f"; "9.2E"; "a"; "12.1a" ])
    [ ""; "-"; "+"; " "; "0"; "#"; "+0"; "-0"; "#0"; "- #"; "+ " ]
  @ [ "%F"; "%G"; "%.17g"; "%.3g"; "%.0g"; "%#.0g"; "%#g"; "%.1f"; "%.30f"; "%.30e"; "%.25g"; "%5.f"; "%.f"; "%A"; "%.20a";
      "%08.3g"; "x = %.2f%%!"; "%lf" ]

let float_strings =
  [ ""; "_"; "0"; "-0"; "+1"; "1."; ".5"; "."; "1e"; "1e+"; "1e5"; "1E-5"; "1_000.5"; "_1"; "1_"; "1e_5"; " 1"; "1 "; "\t\n1";
    "inf"; "-inf"; "INFINITY"; "infinit"; "nan"; "-nan"; "NaN"; "nan()"; "nan(12)"; "nan(0x1f)"; "nan(zz)"; "nan(";
    "-nan(017)"; "nan(99999999999999999999)"; "0x"; "0x1"; "-0x1.8"; "0x.8"; "0x."; "0x1p"; "0x1p5"; "0x1P-5"; "0x1p+5";
    "0x1p 5"; "0x1 p5"; "0x1.8.0"; "0xg"; "0x1p5x"; "0xp5"; "0xp-99999999999"; "0x1p99999999999"; "0x0p99999999999";
    "0x1p-99999999999"; " 0x1p5"; " 0x"; " 0x.p1"; " -0x1.fffffffffffff8p0"; "0x1.fffffffffffff8p0"; "0x1.fffffffffffff7p0";
    "0x1.00000000000008p0"; "0x1.000000000000080000000000001p0"; "0x3p-1076"; "0x1p-1075"; "0x1.0000000000001p-1075";
    "0x1.fffffffffffffp1023"; "0x1.fffffffffffff8p1023"; "0x0.fffffffffffffbffp-1022"; "0x1.00000000000017ffp-1023";
    " 0x1.00000000000017ffp-1023"; "1e309"; "-1e309"; "1e-400"; "1.7976931348623158e308"; "1.7976931348623159e308";
    "2.4703282292062327e-324"; "2.4703282292062328e-324"; "9007199254740993"; "9007199254740992.99999999999999999999999";
    "9007199254740993.00000000000000000000000000000000000000001"; "179769313486231580793e289"; "1,5"; "1f"; "0b1"; "1e5.5";
    "1\000"; "0x1\000"; "--1"; "+-1"; "1e99999999999999999999"; "0e99999999999999999999"; "1e-99999999999999999999" ]

let ints = [ 0; 1; -1; 7; 8; 42; -42; 255; 65535; 123456789; max_int; min_int; max_int - 1; 0x1_0000_0000 ]

let int_formats =
  List.concat_map
    (fun flags -> List.concat_map (fun w -> List.map (fun c -> "%" ^ flags ^ w ^ c) [ "d"; "u"; "x"; "o" ]) [ ""; "12"; ".5"; "12.5"; ".0" ])
    [ ""; "-"; "+"; " "; "0"; "#"; "+0"; "-#"; "#0"; "+ -" ]
  @ [ "%i"; "%X"; "%#-25X"; "%ld"; "%nx"; "%Lu"; "%012Lx"; "%00000000000000000000000020d"; "%000000000000000000000000020d"; "%0000000000000000000000000020d" ]

let int_strings =
  [ ""; "-"; "+"; "0"; "-0"; "+5"; "--5"; "12_3"; "_1"; "1_"; "1__2"; "0x"; "0x_1"; "0xfF"; "0Xg"; "0o17"; "0o8"; "0b101";
    "0b2"; "0u5"; "0U_"; "0u"; "0u18446744073709551615"; "0u18446744073709551616"; "0u9223372036854775807";
    "0u9223372036854775808"; "4611686018427387903"; "4611686018427387904"; "-4611686018427387904"; "-4611686018427387905";
    "9223372036854775807"; "9223372036854775808"; "-9223372036854775808"; "-9223372036854775809"; "2147483647"; "2147483648";
    "-2147483648"; "-2147483649"; "0xffffffff"; "0x1ffffffff"; "-0xffffffff"; "0x7fffffffffffffff"; "0x8000000000000000";
    "0xffffffffffffffff"; "0x1ffffffffffffffff"; "-0xffffffffffffffff"; "0o777777777777777777777";
    "0o1777777777777777777777"; "0o2000000000000000000000"; "0u4294967295"; "0u4294967296"; "-0u4294967295";
    "99999999999999999999999"; "1 "; " 1"; "1\000"; "0x-1"; "1e3"; "-0b1"; "+0x10" ]

let edge () =
  let line kind fields = print_endline (String.concat "\t" (kind :: List.map String.escaped fields)) in
  let guard f x = match f x with s -> s | exception e -> "!" ^ Printexc.to_string e in
  let bits x = Printf.sprintf "%Lx" (Int64.bits_of_float x) in
  let formats kind to_string inputs format names =
    line (kind ^ "_inputs") (List.map to_string inputs);
    List.iter (fun name -> line kind (name :: List.map (guard (format name)) inputs)) names
  in
  let strings kind of_string inputs = List.iter (fun s -> line kind [ s; guard of_string s ]) inputs in
  formats "float" bits doubles format_float float_formats;
  strings "float_of_string" (fun s -> bits (float_of_string s)) float_strings;
  formats "int" string_of_int ints format_int int_formats;
  formats "int32" Int32.to_string (List.map Int32.of_int ints) format_int32 int_formats;
  formats "int64" Int64.to_string (List.map Int64.of_int ints @ Int64.[ min_int; max_int ]) format_int64 int_formats;
  strings "int_of_string" (fun s -> string_of_int (int_of_string s)) int_strings;
  strings "int32_of_string" (fun s -> Int32.to_string (Int32.of_string s)) int_strings;
  strings "int64_of_string" (fun s -> Int64.to_string (Int64.of_string s)) int_strings;
  strings "nativeint_of_string" (fun s -> Nativeint.to_string (Nativeint.of_string s)) int_strings

let () = if Sys.argv.(1) = "random" then random () else edge ()
