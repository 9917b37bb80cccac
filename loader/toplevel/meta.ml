type definition = {
  variable : string;
  (* Names of predicates, and whether each has to hold. *)
  formal : (string * bool) list;
  adds : bool; (* += *)
  value : string;
}

type t = { definitions : definition list; packages : (string * t) list }

(* What is wrong, and the line. *)
exception Syntax of string * int

type token = Name of string | String of string | Symbol of string | End

let is_name_char = function 'a' .. 'z' | 'A' .. 'Z' | '0' .. '9' | '_' | '.' -> true | _ -> false

(* The tokens of a text, each with its line. *)
let tokens text =
  let length = String.length text in
  let rec skip_comment i = if i < length && text.[i] <> '\n' then skip_comment (i + 1) else i in
  let rec name_end i = if i < length && is_name_char text.[i] then name_end (i + 1) else i in
  let rec next i line found =
    if i >= length then List.rev ((End, line) :: found)
    else
      match text.[i] with
      | '\n' -> next (i + 1) (line + 1) found
      | ' ' | '\t' | '\r' -> next (i + 1) line found
      | '#' -> next (skip_comment i) line found
      | '"' -> string (i + 1) line line (Buffer.create 40) found
      | '+' when i + 1 < length && text.[i + 1] = '=' -> next (i + 2) line ((Symbol "+=", line) :: found)
      | ('=' | '(' | ')' | ',' | '-') as c -> next (i + 1) line ((Symbol (String.make 1 c), line) :: found)
      | c when is_name_char c ->
          let stop = name_end i in
          next stop line ((Name (String.sub text i (stop - i)), line) :: found)
      | c -> raise (Syntax (Printf.sprintf "unexpected character %C" c, line))
  and string i start line buffer found =
    if i >= length then raise (Syntax ("this string does not end", start))
    else
      match text.[i] with
      | '"' -> next (i + 1) line ((String (Buffer.contents buffer), start) :: found)
      | '\\' when i + 1 < length ->
          Buffer.add_char buffer text.[i + 1];
          string (i + 2) start line buffer found
      | c ->
          Buffer.add_char buffer c;
          string (i + 1) start (if c = '\n' then line + 1 else line) buffer found
  in
  next 0 1 []

let rec predicates = function
  | (Symbol "-", _) :: (Name name, _) :: rest -> more_predicates (name, false) rest
  | (Name name, _) :: rest -> more_predicates (name, true) rest
  | (_, line) :: _ -> raise (Syntax ("a predicate is missing", line))
  | [] -> assert false

and more_predicates first = function
  | (Symbol ",", _) :: rest ->
      let others, rest = predicates rest in
      (first :: others, rest)
  | (Symbol ")", _) :: rest -> ([ first ], rest)
  | (_, line) :: _ -> raise (Syntax ("a comma or parenthesis is missing after a predicate", line))
  | [] -> assert false

(* The entries up to the end of the package, or of the file, and what comes after them. *)
let rec entries ~inner definitions packages = function
  | (Name "package", _) :: (String name, _) :: (Symbol "(", _) :: rest ->
      let package, rest = entries ~inner:true [] [] rest in
      entries ~inner definitions ((name, package) :: packages) rest
  | (Name variable, line) :: rest ->
      let formal, rest =
        match rest with (Symbol "(", _) :: rest -> predicates rest | rest -> ([], rest)
      in
      (match rest with
       | (Symbol (("=" | "+=") as sign), _) :: (String value, _) :: rest ->
           entries ~inner ({ variable; formal; adds = sign = "+="; value } :: definitions) packages rest
       | _ -> raise (Syntax (Printf.sprintf "%s is not followed by a sign and a string" variable, line)))
  | (Symbol ")", _) :: rest when inner -> ({ definitions = List.rev definitions; packages = List.rev packages }, rest)
  | (End, _) :: rest when not inner -> ({ definitions = List.rev definitions; packages = List.rev packages }, rest)
  | (End, line) :: _ -> raise (Syntax ("a parenthesis is missing at the end of a package", line))
  | (_, line) :: _ -> raise (Syntax ("a name is missing", line))
  | [] -> assert false

(* Raises Syntax. *)
let parse text = fst (entries ~inner:false [] [] (tokens text))

(* A variable's value where these predicates hold: that of the first of the most special definitions, then what is added. *)
let lookup { definitions; _ } variable holding =
  let holds (name, wanted) = List.mem name holding = wanted in
  let valid = List.filter (fun d -> d.variable = variable && List.for_all holds d.formal) definitions in
  let additions, settings = List.partition (fun d -> d.adds) valid in
  let special best d =
    match best with
    | Some b when List.length b.formal >= List.length d.formal -> best
    | _ -> Some d
  in
  match List.fold_left special None settings, additions with
  | None, [] -> None
  | first, additions ->
      Some (String.concat " " (List.map (fun d -> d.value) (Option.to_list first @ additions)))

(* The words of a value. *)
let words value =
  String.map (function '\t' | '\n' | '\r' | ',' -> ' ' | c -> c) value
  |> String.split_on_char ' '
  |> List.filter (fun word -> word <> "")
