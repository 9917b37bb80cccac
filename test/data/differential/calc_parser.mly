/* A calculator with error recovery, for engines.ml. calc_parser.ml is made by: ocamlyacc calc_parser.mly */
%{
  let position name =
    let s = Parsing.symbol_start_pos () and e = Parsing.symbol_end_pos () in
    Printf.sprintf "%s[%d:%d-%d:%d]" name s.Lexing.pos_lnum (s.pos_cnum - s.pos_bol) e.pos_lnum (e.pos_cnum - e.pos_bol)
%}
%token <int> INT
%token <float> FLOAT
%token <string> IDENT STRING
%token PLUS MINUS TIMES DIV POWER LPAREN RPAREN COMMA LET EQUAL IN SEMI EOF
%nonassoc IN
%left PLUS MINUS
%left TIMES DIV
%nonassoc UMINUS
%right POWER
%start program
%start expression
%type <string list> program
%type <string> expression
%%
program:
    EOF { [] }
  | statement program { $1 :: $2 }
;
statement:
    expr SEMI { $1 }
  | error SEMI { Printf.sprintf "error until %d" (Parsing.rhs_end 2) }
;
expression: expr EOF { $1 };
expr:
    INT { string_of_int $1 }
  | FLOAT { string_of_float $1 }
  | STRING { Printf.sprintf "%S" $1 }
  | IDENT { $1 }
  | IDENT LPAREN arguments RPAREN { Printf.sprintf "%s(%s)" $1 (String.concat "," (List.rev $3)) }
  | expr PLUS expr { position (Printf.sprintf "(%s+%s)" $1 $3) }
  | expr MINUS expr { Printf.sprintf "(%s-%s)" $1 $3 }
  | expr TIMES expr { Printf.sprintf "(%s*%s)" $1 $3 }
  | expr DIV expr { Printf.sprintf "(%s/%s)" $1 $3 }
  | expr POWER expr { Printf.sprintf "(%s^%s)" $1 $3 }
  | MINUS expr %prec UMINUS { Printf.sprintf "(-%s)" $2 }
  | LPAREN expr RPAREN { $2 }
  | LPAREN error RPAREN { Printf.sprintf "bad%d-%d" (Parsing.rhs_start 1) (Parsing.rhs_end 3) }
  | LET IDENT EQUAL expr IN expr { Printf.sprintf "let %s=%s in %s" $2 $4 $6 }
;
arguments:
    expr { [ $1 ] }
  | arguments COMMA expr { $3 :: $1 }
;
