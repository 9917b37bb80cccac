(* Strings, bytes, buffers, characters, Printf, Format and Scanf together: small text processing. *)
let text = "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness"

let words s = String.split_on_char ' ' (String.map (fun c -> match Char.lowercase_ascii c with 'a' .. 'z' as c -> c | _ -> ' ') s) |> List.filter (( <> ) "")
let capitalize s = String.concat " " (List.map String.capitalize_ascii (words s))
let caesar k = String.map (fun c -> match c with 'a' .. 'z' -> Char.chr (((Char.code c - 97 + k + 26) mod 26) + 97) | c -> c)
let is_palindrome s = let s = String.concat "" (words s) in let n = String.length s in let rec go i = i >= n / 2 || (s.[i] = s.[n - 1 - i] && go (i + 1)) in go 0

let run_length s =
  let b = Buffer.create 16 in
  let rec go i = if i < String.length s then begin
    let j = ref i in
    while !j < String.length s && s.[!j] = s.[i] do incr j done;
    if !j - i > 1 then Buffer.add_string b (string_of_int (!j - i));
    Buffer.add_char b s.[i];
    go !j
  end in
  go 0; Buffer.contents b

let rec pp_json fmt = function
  | `Null -> Format.fprintf fmt "null"
  | `Int n -> Format.fprintf fmt "%d" n
  | `String s -> Format.fprintf fmt "%S" s
  | `List l -> Format.fprintf fmt "[@[<hv>%a@]]" (Format.pp_print_list ~pp_sep:(fun fmt () -> Format.fprintf fmt ",@ ") pp_json) l
  | `Object l -> Format.fprintf fmt "{@[<hv>%a@]}" (Format.pp_print_list ~pp_sep:(fun fmt () -> Format.fprintf fmt ",@ ") (fun fmt (k, v) -> Format.fprintf fmt "@[<2>%S:@ %a@]" k pp_json v)) l

let () =
  print_endline (capitalize text);
  print_endline (caesar (-3) (caesar 3 (String.lowercase_ascii text)));
  Printf.printf "%b %b\n" (is_palindrome "A man, a plan, a canal: Panama") (is_palindrome text);
  print_endline (run_length "aaabccddddde");
  let table = [ ("apples", 3, 0.5); ("pears", 12, 1.25); ("pomegranates", 100, 10.125) ] in
  List.iter (fun (name, n, price) -> Printf.printf "|%-14s|%5d|%8.2f|%+.1e|\n" name n price (float_of_int n *. price)) table;
  Printf.printf "%s\n" (String.concat "," (List.init 5 (Printf.sprintf "%02x")));
  Format.printf "%a@." pp_json (`Object [ ("name", `String "bactrian"); ("numbers", `List (List.init 30 (fun i -> `Int (i * i)))); ("nested", `Object [ ("null", `Null); ("list", `List []) ]) ]);
  Format.set_margin 40;
  Format.printf "@[<hov 4>%s@]@." (String.concat " " (words text)) ;
  Format.printf "@[<hov 4>%a@]@." (Format.pp_print_list ~pp_sep:Format.pp_print_space Format.pp_print_string) (words text);
  Scanf.sscanf "point (3, -4) at 12:30 named \"P\"" "point (%d, %d) at %d:%d named %S" (fun x y h m s -> Printf.printf "%d %d %02d%02d %s\n" x y h m s);
  let total = ref 0 in
  let ib = Scanf.Scanning.from_string "1 2 3 4 x 5" in
  (try while true do Scanf.bscanf ib " %d" (fun n -> total := !total + n) done with Scanf.Scan_failure _ | End_of_file -> ());
  Printf.printf "%d\n" !total;
  let b = Bytes.of_string "hello world" in
  Bytes.set b 0 'J'; Bytes.blit_string "W" 0 b 6 1;
  Bytes.set_int32_be b 7 0x6f726c64l;
  print_endline (Bytes.to_string b);
  let buf = Buffer.create 4 in
  for i = 0 to 20 do Buffer.add_uint8 buf (65 + i); if i mod 5 = 4 then Buffer.add_char buf '-' done;
  Printf.printf "%s %d %s\n" (Buffer.contents buf) (Buffer.length buf) (Buffer.sub buf 5 3);
  print_endline (String.escaped "tab\t nl\n quote\" e\xc3\xa9 \000");
  List.iter (fun s -> Printf.printf "%s " (match int_of_string_opt s with Some n -> string_of_int n | None -> "none")) [ "12"; "0xff"; "0b101"; "1_000"; "x"; "" ];
  print_newline ();
  String.to_seqi "abc" |> Seq.iter (fun (i, c) -> Printf.printf "%d%c " i c);
  print_newline ();
  let u = Buffer.create 9 in
  List.iter (fun n -> Buffer.add_utf_8_uchar u (Uchar.of_int n)) [ 0x48; 0xe9; 0x20ac; 0x1f42b ];
  let s = Buffer.contents u in
  let rec decode i = if i < String.length s then begin
    let d = String.get_utf_8_uchar s i in
    Printf.printf "U+%04X " (Uchar.to_int (Uchar.utf_decode_uchar d));
    decode (i + Uchar.utf_decode_length d)
  end in
  decode 0; print_endline s
