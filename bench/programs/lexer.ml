(* A lexer and a recursive-descent parser of arithmetic with let and calls, an evaluator and a printer, by hand.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type token = Int of int | Ident of string | Symbol of char | Let | In | End

type expression =
  | Literal of int
  | Variable of string
  | Binary of char * expression * expression
  | Negate of expression
  | Bind of string * expression * expression
  | Call of string * expression list

exception Syntax_error of int

type lexer = { text : string; mutable at : int; mutable token : token }

let rec scan l =
  if l.at >= String.length l.text then End
  else
    match l.text.[l.at] with
    | ' ' | '\t' | '\n' -> l.at <- l.at + 1; scan l
    | '0' .. '9' -> number l 0
    | 'a' .. 'z' | '_' -> (
        let start = l.at in
        while
          l.at < String.length l.text && match l.text.[l.at] with 'a' .. 'z' | '0' .. '9' | '_' -> true | _ -> false
        do l.at <- l.at + 1 done;
        match String.sub l.text start (l.at - start) with "let" -> Let | "in" -> In | name -> Ident name)
    | ('+' | '-' | '*' | '/' | '(' | ')' | '=' | ',') as c -> l.at <- l.at + 1; Symbol c
    | _ -> raise (Syntax_error l.at)

and number l n =
  if l.at >= String.length l.text then Int n
  else
    match l.text.[l.at] with
    | '0' .. '9' as c -> l.at <- l.at + 1; number l ((n * 10) + Char.code c - 48)
    | _ -> Int n

let advance l = l.token <- scan l
let expect l c = if l.token = Symbol c then advance l else raise (Syntax_error l.at)
let name l = match l.token with Ident n -> advance l; n | _ -> raise (Syntax_error l.at)

let rec expression l =
  if l.token = Let then begin
    advance l;
    let n = name l in
    expect l '=';
    let value = expression l in
    if l.token <> In then raise (Syntax_error l.at);
    advance l;
    Bind (n, value, expression l)
  end
  else sum l (product l)

and sum l left =
  match l.token with
  | Symbol (('+' | '-') as op) -> advance l; let right = product l in sum l (Binary (op, left, right))
  | _ -> left

and product l = factors l (atom l)

and factors l left =
  match l.token with
  | Symbol (('*' | '/') as op) -> advance l; let right = atom l in factors l (Binary (op, left, right))
  | _ -> left

and atom l =
  match l.token with
  | Int n -> advance l; Literal n
  | Symbol '-' -> advance l; Negate (atom l)
  | Symbol '(' -> advance l; let e = expression l in expect l ')'; e
  | Ident n ->
      advance l;
      if l.token = Symbol '(' then begin
        advance l;
        let args = arguments l in
        expect l ')';
        Call (n, args)
      end
      else Variable n
  | _ -> raise (Syntax_error l.at)

and arguments l =
  let first = expression l in
  if l.token = Symbol ',' then begin advance l; first :: arguments l end else [ first ]

let parse text =
  let l = { text; at = 0; token = End } in
  advance l;
  let e = expression l in
  if l.token <> End then raise (Syntax_error l.at);
  e

let rec eval env = function
  | Literal n -> n
  | Variable n -> List.assoc n env
  | Negate e -> -eval env e
  | Bind (n, v, e) -> eval ((n, eval env v) :: env) e
  | Binary (op, a, b) -> (
      let x = eval env a and y = eval env b in
      match op with '+' -> x + y | '-' -> x - y | '*' -> (x * y) land 0xfffff | _ -> if y = 0 then 0 else x / y)
  | Call ("max", args) -> List.fold_left (fun m e -> max m (eval env e)) min_int args
  | Call (_, args) -> List.fold_left (fun m e -> m lxor eval env e) 0 args

let rec print b = function
  | Literal n -> Buffer.add_string b (string_of_int n)
  | Variable n -> Buffer.add_string b n
  | Negate e -> Buffer.add_char b '-'; parenthesised b e
  | Bind (n, v, e) ->
      Buffer.add_string b ("(let " ^ n ^ " = ");
      print b v;
      Buffer.add_string b " in ";
      print b e;
      Buffer.add_char b ')'
  | Binary (op, l, r) -> parenthesised b l; Buffer.add_char b ' '; Buffer.add_char b op; Buffer.add_char b ' '; parenthesised b r
  | Call (f, args) ->
      Buffer.add_string b f;
      List.iteri (fun i e -> Buffer.add_string b (if i = 0 then "(" else ", "); print b e) args;
      Buffer.add_char b ')'

and parenthesised b e = Buffer.add_char b '('; print b e; Buffer.add_char b ')'

let rec source depth seed =
  if depth = 0 then if seed land 3 = 0 then "x" else string_of_int (seed * 37 mod 1000)
  else
    let a = source (depth - 1) (seed + 1) and c = source (depth - 1) (seed + 2) in
    match seed mod 5 with
    | 0 -> Printf.sprintf "%s + %s" a c
    | 1 -> Printf.sprintf "(%s) * -(%s)" a c
    | 2 -> Printf.sprintf "max(%s, %s, 12)" a c
    | 3 -> Printf.sprintf "(let y = %s in y / 3 - %s)" a c
    | _ -> Printf.sprintf "mix(%s , x)" a

let () =
  let sum = ref 0 in
  for i = 1 to 28 * size do
    let e = parse (source 8 i) in
    let b = Buffer.create 1000 in
    print b e;
    let text = Buffer.contents b in
    let again = parse text in
    for x = 1 to 5 do
      sum := (!sum + eval [ ("x", x) ] again) land 0xffffffff
    done;
    (match parse (String.sub text 0 (String.length text / 2)) with
     | _ -> incr sum
     | exception Syntax_error at -> sum := !sum + at);
    if again <> e then print_endline "different after printing"
  done;
  Printf.printf "lexer %d\n" !sum
