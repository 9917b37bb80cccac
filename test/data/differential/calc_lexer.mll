(* The calculator's tokens, for engines.ml. calc_lexer.ml is made by: ocamllex -q calc_lexer.mll *)
{
open Calc_parser
exception Error of string
}

let digit = ['0'-'9']
let ident = ['a'-'z' 'A'-'Z' '_' '\128'-'\255'] ['a'-'z' 'A'-'Z' '_' '0'-'9' '\128'-'\255']*

rule token = parse
  | [' ' '\t'] { token lexbuf }
  | '\n' { Lexing.new_line lexbuf; token lexbuf }
  | "(*" { comment 1 lexbuf; token lexbuf }
  | digit+ as n { INT (int_of_string n) }
  | (digit+ as whole) '.' (digit* as part) (['e' 'E'] (['+' '-']? digit+ as power))?
      { let power = match power with None -> "" | Some p -> "e" ^ p in FLOAT (float_of_string (whole ^ "." ^ part ^ power)) }
  | "let" { LET }
  | "in" { IN }
  | ident as name { IDENT name }
  | '"' (([^ '"' '\\'] | '\\' _)* as s) '"' { STRING (Scanf.unescaped s) }
  | '+' { PLUS } | '-' { MINUS } | '*' { TIMES } | '/' { DIV } | "**" { POWER } | '^' { POWER }
  | '(' { LPAREN } | ')' { RPAREN } | ',' { COMMA } | '=' { EQUAL } | ';' { SEMI }
  | eof { EOF }
  | _ as c { raise (Error (Printf.sprintf "character %C at %d" c (Lexing.lexeme_start lexbuf))) }

and comment depth = parse
  | "(*" { comment (depth + 1) lexbuf }
  | "*)" { if depth > 1 then comment (depth - 1) lexbuf }
  | '\n' { Lexing.new_line lexbuf; comment depth lexbuf }
  | eof { raise (Error "comment") }
  | _ { comment depth lexbuf }

and words found = shortest
  | [' ' '\n']* eof { List.rev found }
  | [' ' '\n']+ { words found lexbuf }
  | (_ as c) [^ ' ' '\n']* [' ' '\n'] { words (Lexing.lexeme lexbuf :: Printf.sprintf "%c" c :: found) lexbuf }
  | [^ ' ' '\n']+ eof { List.rev ("last" :: Lexing.lexeme lexbuf :: found) }
