(* Printf, Format and Scanf: their conversions, boxes and errors. *)
open Check

let () =
  let p name f = case ("printf " ^ name) f in
  let open Printf in
  p "s" (fun () -> sprintf "%s|%10s|%-10s|%S|%20S|%c|%C|%C|%B|%b|%6b|%%|%!|%@" "abc" "abc" "abc" "a\"b\n" "x\ty" 'z' 'z' '\n' true false true);
  p "floats" (fun () ->
      String.concat "\n"
        (List.map
           (fun x -> sprintf "%f|%e|%g|%E|%G|%F|%h|%H|%.3f|%10.2f|%-10.1e|%+g|% g|%010.3f|%#F|%.0f|%.15g|%#g|%.3F|%.10h" x x x x x x x x x x x x x x x x x x x x)
           [ 0.; -0.; 1.; 1.5; -2.75; 1e10; 1e-5; 123456789.; 1e100; infinity; neg_infinity; nan; 0.1 ]));
  p "ints" (fun () -> sprintf "%d %i %u %x %X %o %5d|%-5d|%05d|%+d|% d|%#x|%#d|%ld|%nd|%Ld|%lx|%Lo" 5 (-5) (-1) 255 255 8 42 42 42 42 42 255 1234567 5l 6n 7L 255l 8L);
  p "stars" (fun () -> sprintf "%*d|%-*d|%.*f|%*.*f|%*s" 6 42 6 42 2 3.14159 8 3 2.71828 5 "x");
  p "a t" (fun () -> sprintf "%a|%t" (fun () x -> string_of_int x) 3 (fun () -> "t"));
  p "formats" (fun () -> sprintf "%(%d %s%)|%{%d%s%}" "%d-%s" 4 "four" "%i%s");
  p "concatenation" (fun () -> sprintf ("%d" ^^ " and " ^^ "%s") 1 "two");
  p "kprintf" (fun () -> ksprintf String.uppercase_ascii "a%db" 5);
  p "bprintf" (fun () -> let b = Buffer.create 9 in bprintf b "%d%s" 1 "x"; ibprintf b "%d" 7; Buffer.contents b);
  p "ifprintf" (fun () -> ifprintf () "%d %s" 1 "x"; "nothing");
  p "string_of_format" (fun () -> string_of_format "%d %s" ^ string_of_format (format_of_string "x%-5.3fy"));
  p "format_of_string" (fun () -> Scanf.format_from_string "%i" "%d" |> fun f -> sprintf f 12);
  p "bad format" (fun () -> sprintf (Scanf.format_from_string "%s" "%d") 12);
  p "string_of" (fun () -> String.concat " " [ string_of_float 1.; string_of_float 0.1; string_of_float 1e20; string_of_float nan; string_of_bool true; string_of_int min_int ])

let () =
  let open Format in
  let formatted ?(margin = 30) ?(indent = 20) f =
    let b = Buffer.create 100 in
    let fmt = formatter_of_buffer b in
    pp_set_margin fmt margin;
    pp_set_max_indent fmt indent;
    f fmt;
    pp_print_flush fmt ();
    Buffer.contents b
  in
  let f name ?margin ?indent g = case ("format " ^ name) (fun () -> "\n" ^ formatted ?margin ?indent g) in
  let items = List.init 12 (fun i -> String.make (1 + (i mod 5)) (Char.chr (97 + i))) in
  let words sep fmt = pp_print_list ~pp_sep:sep pp_print_string fmt items in
  let space fmt () = fprintf fmt ",@ " in
  f "h" (fun fmt -> fprintf fmt "@[<h>%t@]" (words space));
  f "v" (fun fmt -> fprintf fmt "@[<v>%t@]" (words space));
  f "hv" (fun fmt -> fprintf fmt "@[<hv 2>%t@]@.@[<hv>a@ b@]" (words space));
  f "hov" (fun fmt -> fprintf fmt "@[<hov 2>f %t@]" (words space));
  f "b" (fun fmt -> fprintf fmt "@[<b 4>f(%t)@]" (words space));
  f "box" (fun fmt -> fprintf fmt "@[<2>begin@ @[<v>one@,two@;<3 2>three@]@ end@]");
  f "nested" ~margin:20 (fun fmt ->
      let rec tree fmt n = if n = 0 then fprintf fmt "leaf" else fprintf fmt "@[<hv 1>(%a@ %d@ %a)@]" tree (n - 1) n tree (n / 2) in
      tree fmt 5);
  f "cuts" (fun fmt -> fprintf fmt "a@,b@ c@;<1 3>d@\ne@?f@.g");
  f "fits" (fun fmt -> fprintf fmt "@[abcdefghij@ klmnopqrst@ uvwxyzabcd@ e@]");
  f "tabs" (fun fmt -> pp_open_tbox fmt (); fprintf fmt "a"; pp_set_tab fmt (); fprintf fmt "bbb"; pp_set_tab fmt (); fprintf fmt "c"; pp_print_tab fmt (); fprintf fmt "d"; pp_print_tab fmt (); fprintf fmt "e"; pp_close_tbox fmt ());
  f "tags" (fun fmt ->
      pp_set_mark_tags fmt true;
      pp_set_formatter_stag_functions fmt
        { (pp_get_formatter_stag_functions fmt ()) with mark_open_stag = (function String_tag s -> "<" ^ s ^ ">" | _ -> "?"); mark_close_stag = (function String_tag s -> "</" ^ s ^ ">" | _ -> "?") };
      fprintf fmt "x@{<b>bold@ %d@}y" 3);
  f "ellipsis" (fun fmt -> pp_set_max_boxes fmt 3; fprintf fmt "@[a@[b@[c@[d@[e@]@]@]@]@]");
  f "conversions" ~margin:200 (fun fmt -> fprintf fmt "%d %s %S %c %C %f %g %h %b %ld %Ld %nd %a %t %% %@" 1 "s" "S" 'c' 'C' 1.5 2.5 3.5 true 4l 5L 6n (fun fmt -> fprintf fmt "<%d>") 7 (fun fmt -> fprintf fmt "t"));
  f "as" (fun fmt -> pp_print_as fmt 3 "invisible"; fprintf fmt "@<2>%s|" "xx");
  f "text" ~margin:20 (fun fmt -> pp_print_text fmt "some words to fill\nlines of twenty characters");
  f "options" (fun fmt -> pp_print_option pp_print_int fmt (Some 1); pp_print_option ~none:(fun fmt () -> pp_print_string fmt "none") pp_print_int fmt None; pp_print_result ~ok:pp_print_int ~error:pp_print_string fmt (Error "e"); pp_print_either ~left:pp_print_int ~right:pp_print_string fmt (Either.Left 4));
  f "seq array" (fun fmt -> pp_print_seq ~pp_sep:space pp_print_int fmt (List.to_seq [ 1; 2; 3 ]); pp_print_array ~pp_sep:space pp_print_int fmt [| 4; 5 |]);
  f "custom break" (fun fmt -> fprintf fmt "@[<hv>"; List.iter (fun s -> fprintf fmt "%s" s; pp_print_custom_break fmt ~fits:("; ", 0, "") ~breaks:(";", 2, "- ")) items; fprintf fmt "@]");
  f "if newline" (fun fmt -> fprintf fmt "@[<v>a@ "; pp_print_if_newline fmt (); fprintf fmt "b@ c@]");
  f "over margin" (fun fmt -> fprintf fmt "@[<v 25>x@ y@ @[<v 10>z@ w@]@]");
  case "format asprintf" (fun () -> asprintf "@[<v>%d@,%s@]" 1 "x");
  case "format kasprintf" (fun () -> kasprintf String.uppercase_ascii "a%sb" "c");
  case "format sprintf" (fun () -> sprintf "@[<2>a@\nb@]");
  case "format geometry" (fun () ->
      let b = Buffer.create 9 in
      let fmt = formatter_of_buffer b in
      pp_set_geometry fmt ~max_indent:10 ~margin:50;
      Printf.sprintf "%d %d" (pp_get_margin fmt ()) (pp_get_max_indent fmt ()));
  case "format symbolic" (fun () ->
      let b = make_symbolic_output_buffer () in
      let fmt = formatter_of_symbolic_output_buffer b in
      fprintf fmt "@[<v 2>a@ b@]@.";
      String.concat " "
        (List.map
           (function
             | Output_flush -> "flush" | Output_newline -> "newline" | Output_string s -> "s:" ^ s
             | Output_spaces n -> Printf.sprintf "spaces:%d" n | Output_indent n -> Printf.sprintf "indent:%d" n)
           (get_symbolic_output_buffer b)))

let () =
  let open Scanf in
  let s name f = case ("scanf " ^ name) f in
  s "ints" (fun () -> sscanf " 12 -7 0x1f 0b11 0o17 99" "%d %i %i %i %i %u" (fun a b c d e f -> Printf.sprintf "%d %d %d %d %d %d" a b c d e f));
  s "x o" (fun () -> sscanf "ff FF 17" "%x %X %o" (fun a b c -> Printf.sprintf "%d %d %d" a b c));
  s "longs" (fun () -> sscanf "5 6 7" "%ld %nd %Ld" (fun a b c -> Printf.sprintf "%ld %nd %Ld" a b c));
  s "widths" (fun () -> sscanf "123456" "%2d%3d%d" (fun a b c -> Printf.sprintf "%d %d %d" a b c));
  s "floats" (fun () -> sscanf "1.5 -2e3 .5 0x1.8p1 inf" "%f %e %g %h %F" (fun a b c d e -> Printf.sprintf "%g %g %g %g %g" a b c d e));
  s "strings" (fun () -> sscanf "word \"quoted \\n string\" 'c' x rest of line\nnext" "%s %S %C %c %s@\n%s" (fun a b c d e f -> Printf.sprintf "%S %S %C %C %S %S" a b c d e f));
  s "sets" (fun () -> sscanf "abc123-x]" "%[a-z]%[0-9]%[^]]%[]]" (fun a b c d -> Printf.sprintf "%S %S %S %S" a b c d));
  s "bool" (fun () -> sscanf "true false" "%b %B" (fun a b -> Printf.sprintf "%b %b" a b));
  s "stop" (fun () -> sscanf "key=value;more" "%s@=%s@;%s" (fun a b c -> Printf.sprintf "%S %S %S" a b c));
  s "counts" (fun () -> sscanf "ab\ncd ef" "%s %s%n %l %N%!" (fun a b n l k -> Printf.sprintf "%S %S %d %d %d" a b n l k));
  s "ignored" (fun () -> sscanf "1 two 3.0 4" "%_d %_s %_f %d" string_of_int);
  s "reader" (fun () -> sscanf "abc" "%r" (fun ib -> bscanf ib "%c" (fun c -> c)) (fun c -> String.make 1 c));
  s "format" (fun () -> sscanf "\"%d\" 5" "%(%d%)" (fun f n -> Printf.sprintf f n));
  s "mismatch" (fun () -> sscanf "abc" "%d" string_of_int);
  s "literal mismatch" (fun () -> sscanf "abc" "abd" "");
  s "end" (fun () -> sscanf "" "%c" (String.make 1));
  s "overflow" (fun () -> sscanf "99999999999999999999" "%d" string_of_int);
  s "not at the end" (fun () -> sscanf "12 x" "%d%!" string_of_int);
  s "opt" (fun () -> match sscanf_opt "12 x" "%d %d" (fun a b -> a + b) with None -> "None" | Some n -> string_of_int n);
  s "ksscanf" (fun () -> ksscanf "x" (fun _ e -> exn e) "%d" string_of_int);
  s "unescaped" (fun () -> unescaped "a\\tb\\065\\x41\\u{e9}");
  s "many" (fun () ->
      let ib = Scanning.from_string (String.concat "," (List.init 500 string_of_int)) in
      let rec sum n = match bscanf ib "%d" Fun.id with k -> (try bscanf ib "," () with End_of_file -> ()); sum (n + k) | exception _ -> n in
      string_of_int (sum 0));
  blocks "scanf round" 1 (fun _ ->
      let n = int () in
      let x = float () in
      let str = String.init (below 10) (fun _ -> Char.chr (below 256)) in
      let line = Printf.sprintf "%d %x %h %S" n n x str in
      sscanf line "%d %x %h %S" (fun a b c d -> Printf.sprintf "%d %d %h %S" a b c d))
