(* Strings, bytes, buffers, characters and digests (runtime/str.c, runtime/md5.c, runtime/blake2.c). *)
open Check

let samples = [ ""; "a"; "\000"; "hello world"; "\255\254"; String.make 17 'x'; "tab\tnewline\nquote\"back\\"; "\xc3\xa9t\xc3\xa9"; String.init 300 (fun i -> Char.chr (i land 255)) ]
let join = String.concat " "
let ints l = join (List.map string_of_int l)

let accessors : (string * (Bytes.t -> int -> string)) list =
  let i f b n = string_of_int (f b n) in
  [
    ("uint8", i Bytes.get_uint8); ("int8", i Bytes.get_int8);
    ("uint16_ne", i Bytes.get_uint16_ne); ("uint16_le", i Bytes.get_uint16_le); ("uint16_be", i Bytes.get_uint16_be);
    ("int16_ne", i Bytes.get_int16_ne); ("int16_le", i Bytes.get_int16_le); ("int16_be", i Bytes.get_int16_be);
    ("int32_ne", fun b n -> Int32.to_string (Bytes.get_int32_ne b n)); ("int32_le", fun b n -> Int32.to_string (Bytes.get_int32_le b n));
    ("int32_be", fun b n -> Int32.to_string (Bytes.get_int32_be b n));
    ("int64_ne", fun b n -> Int64.to_string (Bytes.get_int64_ne b n)); ("int64_le", fun b n -> Int64.to_string (Bytes.get_int64_le b n));
    ("int64_be", fun b n -> Int64.to_string (Bytes.get_int64_be b n));
    ("get", fun b n -> String.escaped (String.make 1 (Bytes.get b n)));
    ("string 16", fun b n -> string_of_int (String.get_int16_be (Bytes.to_string b) n));
    ("string 32", fun b n -> Int32.to_string (String.get_int32_le (Bytes.to_string b) n));
    ("string 64", fun b n -> Int64.to_string (String.get_int64_be (Bytes.to_string b) n));
  ]

let setters : (string * (Bytes.t -> int -> int64 -> unit)) list =
  let i f b n v = f b n (Int64.to_int v) in
  [
    ("uint8", i Bytes.set_uint8); ("int8", i Bytes.set_int8); ("uint16_ne", i Bytes.set_uint16_ne); ("uint16_le", i Bytes.set_uint16_le);
    ("uint16_be", i Bytes.set_uint16_be); ("int16_ne", i Bytes.set_int16_ne); ("int16_le", i Bytes.set_int16_le);
    ("int16_be", i Bytes.set_int16_be); ("int32_ne", fun b n v -> Bytes.set_int32_ne b n (Int64.to_int32 v));
    ("int32_le", fun b n v -> Bytes.set_int32_le b n (Int64.to_int32 v)); ("int32_be", fun b n v -> Bytes.set_int32_be b n (Int64.to_int32 v));
    ("int64_ne", Bytes.set_int64_ne); ("int64_le", Bytes.set_int64_le); ("int64_be", Bytes.set_int64_be);
    ("set", fun b n v -> Bytes.set b n (Char.chr (Int64.to_int v land 255)));
  ]

let () =
  let b = Bytes.init 12 (fun i -> Char.chr (i * 37 land 255)) in
  List.iter
    (fun (name, get) -> case name (fun () -> join (List.init 16 (fun i -> try_ (fun () -> get b (i - 2))))))
    accessors;
  List.iter
    (fun (name, set) ->
      blocks ("set " ^ name) 1 (fun _ ->
          let b = Bytes.make 12 '.' in
          let n = below 14 - 1 in
          set b n (int64 ());
          Bytes.to_string b))
    setters

let () =
  let two f name = List.iter (fun a -> case (Printf.sprintf "%s %S" name a) (fun () -> join (List.map (f a) samples))) samples in
  two (fun a b -> string_of_int (compare a b)) "compare";
  two (fun a b -> string_of_bool (String.equal a b)) "equal";
  two (fun a b -> string_of_int (String.compare a b) ^ string_of_bool (a < b)) "String.compare";
  two (fun a b -> Printf.sprintf "%b%b" (String.starts_with ~prefix:a b) (String.ends_with ~suffix:a b)) "starts_with";
  let one name f = List.iter (fun s -> case (Printf.sprintf "%s %S" name s) (fun () -> f s)) samples in
  one "escaped" String.escaped; one "uppercase" (fun s -> hex (String.uppercase_ascii s)); one "capitalize" (fun s -> hex (String.capitalize_ascii s));
  one "trim" (fun s -> hex (String.trim ("  " ^ s ^ "\n"))); one "%S" (Printf.sprintf "%S"); one "length" (fun s -> string_of_int (String.length s));
  one "split" (fun s -> String.concat "|" (String.split_on_char 'l' s)); one "index" (fun s -> string_of_int (String.index s 'o'));
  one "rindex" (fun s -> string_of_int (String.rindex s 'l')); one "contains" (fun s -> string_of_bool (String.contains s '\000'));
  one "rev" (fun s -> hex (String.of_seq (List.to_seq (List.rev (List.of_seq (String.to_seq s)))))); one "map" (fun s -> hex (String.map Char.lowercase_ascii s));
  one "hash" (fun s -> Printf.sprintf "%d %d" (String.hash s) (String.seeded_hash 7 s));
  one "sub" (fun s -> hex (String.sub s 1 3)); one "cat" (fun s -> hex (s ^ s)); one "to_int" (fun s -> string_of_int (int_of_string s));
  one "exists" (fun s -> Printf.sprintf "%b %b" (String.exists (( = ) 'h') s) (String.for_all (fun c -> c < 'z') s));
  one "fold" (fun s -> Printf.sprintf "%d %d" (String.fold_left (fun n c -> (n * 3) + Char.code c) 0 s) (String.fold_right (fun c n -> (n * 3) + Char.code c) s 0));
  one "valid" (fun s -> Printf.sprintf "%b %b %b" (String.is_valid_utf_8 s) (String.is_valid_utf_16le s) (String.is_valid_utf_16be s));
  one "md5" (fun s -> Digest.to_hex (Digest.string s)); one "blake128" (fun s -> Digest.BLAKE128.(to_hex (string s)));
  one "blake256" (fun s -> Digest.BLAKE256.(to_hex (string s))); one "blake512" (fun s -> Digest.BLAKE512.(to_hex (string s)));
  one "md5 substring" (fun s -> Digest.to_hex (Digest.substring s 1 2)); one "blake substring" (fun s -> Digest.BLAKE256.(to_hex (substring s 1 2)))

let () =
  List.iter
    (fun (name, f) -> case name f)
    [
      ("make -1", fun () -> String.make (-1) 'x'); ("Bytes.create -1", fun () -> Bytes.to_string (Bytes.create (-1)));
      ("Bytes.create max", fun () -> Bytes.to_string (Bytes.create max_int)); ("max length", fun () -> string_of_int Sys.max_string_length);
      ("get -1", fun () -> String.make 1 "abc".[-1]); ("get 3", fun () -> String.make 1 "abc".[Sys.opaque_identity 3]);
      ("sub bad", fun () -> String.sub "abc" 2 2); ("blit bad", fun () -> let b = Bytes.create 3 in Bytes.blit_string "abcd" 0 b 0 4; "");
      ("fill bad", fun () -> let b = Bytes.create 3 in Bytes.fill b 1 3 'x'; ""); ("concat", fun () -> String.concat ", " [ "a"; "b"; "" ]);
      ("chr 256", fun () -> String.make 1 (Char.chr 256)); ("Char.escaped", fun () -> join (List.init 256 (fun i -> Char.escaped (Char.chr i))));
      ("overlapping blit", fun () ->
        let b = Bytes.of_string "0123456789" in
        Bytes.blit b 0 b 3 5;
        let c = Bytes.of_string "0123456789" in
        Bytes.blit c 3 c 0 5;
        Bytes.to_string b ^ " " ^ Bytes.to_string c);
      ("extend", fun () -> string_of_int (Bytes.length (Bytes.extend (Bytes.make 3 'a') 2 (-1))));
      ("unsafe", fun () -> let b = Bytes.of_string "abc" in Bytes.unsafe_set b 1 'X'; Bytes.unsafe_to_string b ^ String.make 1 (Bytes.unsafe_get b 2));
      ("unsafe blit", fun () -> let b = Bytes.make 6 '.' in Bytes.unsafe_blit_string "abcdef" 2 b 1 3; Bytes.unsafe_fill b 5 1 '!'; Bytes.to_string b);
      ("Digest.from_hex", fun () -> Digest.to_hex (Digest.from_hex "0123456789abcdefABCDEF0123456789"));
      ("Digest.from_hex bad", fun () -> Digest.from_hex "zz"); ("Digest.compare", fun () -> string_of_int (compare (Digest.string "a") (Digest.string "b")));
    ]

(* Lengths around the blocks of the digests. *)
let () =
  List.iter
    (fun n ->
      let s = String.init n (fun i -> Char.chr (i * 7 land 255)) in
      case (Printf.sprintf "digests of %d" n) (fun () ->
          join Digest.[ to_hex (string s); BLAKE128.(to_hex (string s)); BLAKE256.(to_hex (string s)); BLAKE512.(to_hex (string s)) ]))
    [ 55; 56; 63; 64; 65; 119; 120; 127; 128; 129; 255; 256; 257; 1000; 100_000 ];
  let file = Filename.temp_file "strings" ".txt" in
  Out_channel.with_open_bin file (fun oc -> for i = 0 to 20_000 do Printf.fprintf oc "%d," i done);
  case "file" (fun () -> Digest.to_hex (Digest.file file) ^ Digest.BLAKE512.to_hex (Digest.BLAKE512.file file));
  In_channel.with_open_bin file (fun ic -> case "channel" (fun () -> let a = Digest.channel ic 1000 in let b = Digest.channel ic (-1) in Digest.to_hex a ^ Digest.to_hex b));
  In_channel.with_open_bin file (fun ic -> case "channel too long" (fun () -> Digest.to_hex (Digest.channel ic 1_000_000)));
  Sys.remove file

(* UTF. *)
let () =
  let decode name next s =
    let rec go i acc =
      if i >= String.length s then join (List.rev acc)
      else
        let d = next s i in
        go (i + max 1 (Uchar.utf_decode_length d))
          (Printf.sprintf "%04x%s%d" (Uchar.to_int (Uchar.utf_decode_uchar d)) (if Uchar.utf_decode_is_valid d then "+" else "-") (Uchar.utf_decode_length d) :: acc)
    in
    ignore name;
    go 0 []
  in
  List.iter
    (fun s -> case (Printf.sprintf "utf %S" s) (fun () -> Printf.sprintf "8: %s 16le: %s 16be: %s" (decode "" String.get_utf_8_uchar s) (decode "" String.get_utf_16le_uchar s) (decode "" String.get_utf_16be_uchar s)))
    [ "abc"; "\xc3\xa9"; "\xe2\x82\xac"; "\xf0\x9f\x90\xab"; "\xc3"; "\xe2\x82"; "\xf0\x9f\x90"; "\xff\xfe"; "\xed\xa0\x80"; "\xf4\x90\x80\x80"; "\xc0\x80"; "\xe0\x80\x80"; "\xd8\x3d\xdc\x2b"; "\x3d\xd8\x2b\xdc"; "\x00\xd8"; "\xdc\x00\x00\x41" ];
  blocks "utf_8" 1 (fun _ ->
      let s = String.init (1 + below 8) (fun _ -> Char.chr (pick [| below 128; 0x80 + below 64; 0xc0 + below 64 |])) in
      decode "" String.get_utf_8_uchar s ^ string_of_bool (String.is_valid_utf_8 s));
  blocks "utf round" 1 (fun _ ->
      let rec uchar () = let n = below 0x110000 in if Uchar.is_valid n then Uchar.of_int n else uchar () in
      let u = uchar () in
      let b = Buffer.create 8 in
      Buffer.add_utf_8_uchar b u; Buffer.add_utf_16le_uchar b u; Buffer.add_utf_16be_uchar b u;
      let bytes = Bytes.make 10 '.' in
      let n = Bytes.set_utf_8_uchar bytes 3 u in
      let m = Bytes.set_utf_16be_uchar bytes (below 10) u in
      Printf.sprintf "%s %d %d %s" (hex (Buffer.contents b)) n m (hex (Bytes.to_string bytes)))

(* Buffers. *)
let () =
  let b = Buffer.create 1 in
  for i = 0 to 1000 do
    Buffer.add_char b (Char.chr (i land 255));
    Buffer.add_string b (string_of_int i);
    Buffer.add_int32_be b (Int32.of_int (i * 65537));
    Buffer.add_uint16_le b i;
    Buffer.add_int64_ne b (Int64.of_int (-i))
  done;
  case "buffer" (fun () -> Printf.sprintf "%d %s" (Buffer.length b) (Digest.to_hex (Digest.string (Buffer.contents b))));
  case "sub" (fun () -> hex (Buffer.sub b 10 20)); case "nth" (fun () -> string_of_int (Char.code (Buffer.nth b 5)));
  case "nth bad" (fun () -> string_of_int (Char.code (Buffer.nth b 50_000)));
  case "truncate" (fun () -> Buffer.truncate b 5; hex (Buffer.contents b));
  case "add_substitute" (fun () -> let b = Buffer.create 5 in Buffer.add_substitute b String.uppercase_ascii "a $b ${cd} \\$e $(f)"; Buffer.contents b);
  case "add_subbytes" (fun () -> let b = Buffer.create 5 in Buffer.add_subbytes b (Bytes.of_string "abcdef") 2 3; Buffer.add_substring b "xyz" 1 2; Buffer.contents b);
  case "of_seq" (fun () -> Buffer.contents (Buffer.of_seq (String.to_seq "seq")));
  case "clear reset" (fun () -> Buffer.clear b; let n = Buffer.length b in Buffer.reset b; ints [ n; Buffer.length b ])

let () =
  blocks "blit and fill" 2 (fun _ ->
      let n = 1 + below 40 in
      let b = Bytes.init n (fun i -> Char.chr (97 + (i mod 26))) in
      let length = below (n + 1) in
      let from = below (n - length + 1) in
      let into = below (n - length + 2) in
      Bytes.blit b from b into length;
      let k = below n in
      Bytes.fill b k (below (n - k + 1)) '#';
      Bytes.to_string b)
