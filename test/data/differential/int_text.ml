(* Integers to text and back (runtime/ints.c: parse_intnat, caml_format_int and their relatives). *)
open Check

external format_int : string -> int -> string = "caml_format_int"
external format_int32 : string -> int32 -> string = "caml_int32_format"
external format_int64 : string -> int64 -> string = "caml_int64_format"
external format_nativeint : string -> nativeint -> string = "caml_nativeint_format"

let flags = [ ""; "-"; "+"; " "; "0"; "#"; "+0"; " 0"; "-+"; "- "; "#0"; "#-"; "+#"; "+-#0" ]
let widths = [ ""; "1"; "5"; "12"; "30" ]
let precisions = [ ""; ".0"; ".1"; ".7"; ".25" ]
let conversions = [ "d"; "i"; "u"; "x"; "X"; "o" ]
let edges = [ 0; 1; -1; 9; -9; 10; 255; -255; 12345; -12345; max_int; min_int ]

(* What the runtime does with a format; int32, int64 and nativeint formats have a letter in front of the conversion. *)
let formats =
  List.concat_map
    (fun f ->
      List.concat_map
        (fun w -> List.concat_map (fun p -> List.map (fun c -> ("%" ^ f ^ w ^ p, c)) conversions) precisions)
        widths)
    flags

let () =
  let digest name one =
    let results = List.concat_map (fun (start, c) -> List.map (fun n -> try_ (fun () -> one start c n)) edges) formats in
    Printf.printf "%s: %d %s\n" name (List.length results) (Digest.to_hex (Digest.string (String.concat "\n" results)))
  in
  digest "format int" (fun s c n -> format_int (s ^ c) n);
  digest "format int32" (fun s c n -> format_int32 (s ^ "l" ^ c) (Int32.of_int n));
  digest "format int64" (fun s c n -> format_int64 (s ^ "L" ^ c) (Int64.of_int n));
  digest "format nativeint" (fun s c n -> format_nativeint (s ^ "n" ^ c) (Nativeint.of_int n));
  List.iter
    (fun (start, c) ->
      if String.length start <= 4 then
        case (start ^ c) (fun () -> String.concat "|" (List.map (format_int (start ^ c)) [ 0; 1; -1; 255; min_int ])))
    (List.filter (fun (_, c) -> c <> "i") formats)

(* Through Printf. *)
let () =
  List.iter
    (fun n ->
      case "Printf" (fun () ->
          Printf.sprintf "%d|%i|%u|%x|%X|%o|%#x|%#X|%#o|%#d|%+d|% d|%08d|%-8d|%8d|%*d|%-*d|%.3d|%+.10i|%#u|%#i" n n n n n n n n
            n n n n n n n 10 n 10 n n n n n);
      let l = Int32.of_int n and ll = Int64.of_int n and nn = Nativeint.of_int n in
      case "Printf l" (fun () -> Printf.sprintf "%ld|%li|%lu|%lx|%lX|%lo|%#lx|%+ld|%012ld|%-12ld|" l l l l l l l l l l);
      case "Printf L" (fun () -> Printf.sprintf "%Ld|%Li|%Lu|%Lx|%LX|%Lo|%#Lx|%+Ld|%022Ld|%-22Ld|" ll ll ll ll ll ll ll ll ll ll);
      case "Printf n" (fun () -> Printf.sprintf "%nd|%ni|%nu|%nx|%nX|%no|%#nx|%+nd|%022nd|%-22nd|" nn nn nn nn nn nn nn nn nn nn))
    edges

let texts =
  [
    ""; "-"; "+"; "0"; "-0"; "+0"; "+1"; "--1"; "1-"; " 1"; "1 "; "_1"; "1_"; "1__2_"; "-_1"; "0x"; "0x_"; "0xg"; "0X1f"; "0xFF";
    "-0xff"; "+0xff"; "0o17"; "0O17"; "0o8"; "0b101"; "0B101"; "0b2"; "0u1"; "0U1"; "0u"; "-0u1"; "0x1_f"; "1a"; "a"; "\000"; "1\000";
    "12345678901234567890123456789012345678901234567890";
    (* int *)
    "4611686018427387903"; "4611686018427387904"; "-4611686018427387904"; "-4611686018427387905"; "0x7fffffffffffffff";
    "0x8000000000000000"; "-0x4000000000000000"; "-0x4000000000000001"; "0u9223372036854775807"; "0u9223372036854775808";
    "0o777777777777777777777"; "0o1000000000000000000000"; "0b111111111111111111111111111111111111111111111111111111111111111";
    (* int32 *)
    "2147483647"; "2147483648"; "-2147483648"; "-2147483649"; "0xffffffff"; "0x100000000"; "-0x80000000"; "-0xffffffff";
    "0u4294967295"; "0u4294967296"; "0o37777777777"; "0o40000000000";
    (* int64 *)
    "9223372036854775807"; "9223372036854775808"; "-9223372036854775808"; "-9223372036854775809"; "0xffffffffffffffff";
    "0x10000000000000000"; "-0xffffffffffffffff"; "0u18446744073709551615"; "0u18446744073709551616"; "18446744073709551616";
    "0o1777777777777777777777"; "0o2000000000000000000000";
  ]

let readers =
  [
    ("int", fun s -> string_of_int (int_of_string s));
    ("int32", fun s -> Int32.to_string (Int32.of_string s));
    ("int64", fun s -> Int64.to_string (Int64.of_string s));
    ("nativeint", fun s -> Nativeint.to_string (Nativeint.of_string s));
  ]

let () =
  List.iter
    (fun (name, read) -> List.iter (fun s -> case (Printf.sprintf "%s_of_string %S" name s) (fun () -> read s)) texts)
    readers;
  (* Digits in the four bases, with underscores, signs and now and then something else. *)
  let text () =
    let prefix = pick [| ""; ""; "-"; "+"; "0x"; "-0x"; "0X"; "0o"; "0b"; "0u"; "-0b" |] in
    let digits = pick [| "01"; "01234567"; "0123456789"; "0123456789abcdefABCDEF" |] in
    let length = 1 + below 24 in
    let body = String.init length (fun i -> if i > 0 && below 20 = 0 then '_' else digits.[below (String.length digits)]) in
    prefix ^ body
  in
  List.iter (fun (name, read) -> blocks (name ^ "_of_string") 2 (fun _ -> read (text ()))) readers

let () =
  blocks "format" 2 (fun _ ->
      let start, c = pick (Array.of_list formats) in
      let n = int64 () in
      String.concat " "
        [
          format_int (start ^ c) (Int64.to_int n); format_int32 (start ^ "l" ^ c) (Int64.to_int32 n);
          format_int64 (start ^ "L" ^ c) n; format_nativeint (start ^ "n" ^ c) (Int64.to_nativeint n);
        ])
