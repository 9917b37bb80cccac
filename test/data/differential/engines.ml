(* The automata of ocamllex and ocamlyacc (runtime/lexing.c, runtime/parsing.c), with calc_lexer.mll and calc_parser.mly. *)
open Check

let texts =
  [
    ""; "1;"; "1 + 2 * 3 - 4 / 5;"; "2 ^ 3 ^ 2; -1 ^ 2; - 1 - -2;"; "(1 + 2) * x;"; "f(1, 2.5, \"a\\n\\065b\") + g(h(3));";
    "let x = 1 in x + let y = 2 in y * x;"; "1 +; 2; * 3; 4;"; "(1 + ) * 2; f(; 3;"; "1 (* comment (* nested *)\n*) + \n 2;";
    "1 2;"; "x"; "(* open"; "1 ? 2"; "\xc3\xa9t\xc3\xa9 + 1;"; "1.5e3 + 2.e-1 + 3.;"; "((((((((((1))))))))));"; "1 = 2; 3;"; "; ; 5;";
    String.concat "+" (List.init 300 string_of_int) ^ ";"; String.make 500 '(' ^ "1" ^ String.make 500 ')' ^ ";";
  ]

let parse entry lexbuf = entry Calc_lexer.token lexbuf

let () =
  List.iter
    (fun s ->
      let program lexbuf = hex_or_digest (String.concat "; " (parse Calc_parser.program lexbuf)) in
      let from_chunks n =
        let at = ref 0 in
        Lexing.from_function (fun bytes room ->
            let k = min (min n room) (String.length s - !at) in
            Bytes.blit_string s !at bytes 0 k;
            at := !at + k;
            k)
      in
      case (Printf.sprintf "program %S" (if String.length s < 60 then s else String.sub s 0 20)) (fun () -> String.concat "; " (parse Calc_parser.program (Lexing.from_string s)));
      case "in pieces" (fun () -> program (from_chunks 1) ^ program (from_chunks 7));
      case "without positions" (fun () -> program (Lexing.from_string ~with_positions:false s));
      case "expression" (fun () -> hex_or_digest (parse Calc_parser.expression (Lexing.from_string (String.map (fun c -> if c = ';' then ' ' else c) s)))))
    texts;
  case "words" (fun () -> String.concat "|" (Calc_lexer.words [] (Lexing.from_string " some words  here\nand there")));
  case "positions" (fun () ->
      let lexbuf = Lexing.from_string "abc\n  def" in
      Lexing.set_filename lexbuf "f";
      Lexing.set_position lexbuf { (Lexing.lexeme_start_p lexbuf) with pos_lnum = 10 };
      ignore (Calc_lexer.token lexbuf);
      ignore (Calc_lexer.token lexbuf);
      let p = Lexing.lexeme_start_p lexbuf and q = Lexing.lexeme_end_p lexbuf in
      Printf.sprintf "%s %d %d %d %d %s %d-%d" p.pos_fname p.pos_lnum (p.pos_cnum - p.pos_bol) q.pos_cnum q.pos_bol (Lexing.lexeme lexbuf) (Lexing.lexeme_start lexbuf) (Lexing.lexeme_end lexbuf));
  case "flush" (fun () ->
      let lexbuf = Lexing.from_string "1 2 3" in
      ignore (Calc_lexer.token lexbuf);
      Lexing.flush_input lexbuf;
      match Calc_lexer.token lexbuf with EOF -> "eof" | _ -> "token");
  let atom () = pick [| "1"; "x"; "2.5"; "f(1,y)"; "\"s\""; "(3)" |] in
  let rec text depth =
    match below (if depth = 0 then 1 else 6) with
    | 0 -> atom ()
    | 1 -> "-" ^ text (depth - 1)
    | 2 -> let a = text (depth - 1) in let b = text (depth - 1) in a ^ pick [| "+"; "-"; "*"; "/"; "^"; " ** "; "" |] ^ b
    | 3 -> "(" ^ text (depth - 1) ^ pick [| ")"; ")"; "" |]
    | 4 -> "let v=" ^ text (depth - 1) ^ " in " ^ text (depth - 1)
    | _ -> let a = text (depth - 1) in a ^ "\n(* c *)" ^ pick [| "+"; ";" |] ^ atom ()
  in
  blocks "random" 1 (fun _ ->
      let s = text 5 ^ ";" in
      String.concat ";" (parse Calc_parser.program (Lexing.from_string s)))
