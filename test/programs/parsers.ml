(* Parser combinators: JSON, arithmetic, s-expressions; a regular expression matcher by derivatives; a template engine. *)
type 'a parser = string -> int -> ('a * int) option
let return x _ i = Some (x, i)
let ( let* ) (p : 'a parser) (f : 'a -> 'b parser) : 'b parser = fun s i -> match p s i with Some (x, j) -> f x s j | None -> None
let ( <|> ) p q s i = match p s i with None -> q s i | r -> r
let satisfy f s i = if i < String.length s && f s.[i] then Some (s.[i], i + 1) else None
let char c = satisfy (( = ) c)
let rec many p s i = (let* x = p in let* xs = many p in return (x :: xs)) s i |> function Some r -> Some r | None -> Some ([], i)
let many1 p = let* x = p in let* xs = many p in return (x :: xs)
let spaces = many (satisfy (fun c -> c = ' ' || c = '\n'))
let token p = let* x = p in let* _ = spaces in return x
let symbol c = token (char c)
let sep_by p sep = (let* x = p in let* xs = many (let* _ = sep in p) in return (x :: xs)) <|> return []
let string_of_chars l = String.of_seq (List.to_seq l)
let word w s i = let n = String.length w in if i + n <= String.length s && String.sub s i n = w then Some (w, i + n) else None
let delay f s i = f () s i
let parse p s = match (let* _ = spaces in p) s 0 with Some (x, i) when i = String.length s -> Some x | _ -> None

type json = Null | Bool of bool | Number of float | String of string | List of json list | Object of (string * json) list
let number = token (let* sign = (char '-') <|> return '+' in let* ds = many1 (satisfy (fun c -> (c >= '0' && c <= '9') || c = '.' || c = 'e')) in return (float_of_string (string_of_chars (if sign = '-' then sign :: ds else ds))))
let quoted = token (let* _ = char '"' in let* cs = many ((let* _ = char '\\' in let* c = satisfy (fun _ -> true) in return (match c with 'n' -> '\n' | c -> c)) <|> satisfy (fun c -> c <> '"' && c <> '\\')) in let* _ = char '"' in return (string_of_chars cs))
let rec json s i = (token (let* _ = word "null" in return Null) <|> token (let* _ = word "true" in return (Bool true)) <|> token (let* _ = word "false" in return (Bool false))
  <|> (let* n = number in return (Number n)) <|> (let* s = quoted in return (String s))
  <|> (let* _ = symbol '[' in let* l = sep_by json (symbol ',') in let* _ = symbol ']' in return (List l))
  <|> (let* _ = symbol '{' in let* l = sep_by (let* k = quoted in let* _ = symbol ':' in let* v = json in return (k, v)) (symbol ',') in let* _ = symbol '}' in return (Object l))) s i
let rec show = function Null -> "null" | Bool b -> string_of_bool b | Number n -> Printf.sprintf "%g" n | String s -> Printf.sprintf "%S" s | List l -> "[" ^ String.concat "," (List.map show l) ^ "]" | Object l -> "{" ^ String.concat "," (List.map (fun (k, v) -> Printf.sprintf "%S:%s" k (show v)) l) ^ "}"

let chain p op = let* x = p in let rec go x = (let* f = op in let* y = p in go (f x y)) <|> return x in go x
let rec expr s i = chain term ((let* _ = symbol '+' in return ( +. )) <|> (let* _ = symbol '-' in return ( -. ))) s i
and term s i = chain factor ((let* _ = symbol '*' in return ( *. )) <|> (let* _ = symbol '/' in return ( /. ))) s i
and factor s i = ((let* _ = symbol '(' in let* e = expr in let* _ = symbol ')' in return e) <|> number) s i

(* Derivatives. *)
type re = Empty | Eps | Chr of char | Alt of re * re | Seq of re * re | Star of re | Any
let rec nullable = function Eps | Star _ -> true | Empty | Chr _ | Any -> false | Alt (a, b) -> nullable a || nullable b | Seq (a, b) -> nullable a && nullable b
let alt a b = match (a, b) with Empty, r | r, Empty -> r | a, b when a = b -> a | a, b -> Alt (a, b)
let seq a b = match (a, b) with Empty, _ | _, Empty -> Empty | Eps, r | r, Eps -> r | a, b -> Seq (a, b)
let rec derive c = function
  | Empty | Eps -> Empty
  | Chr d -> if c = d then Eps else Empty
  | Any -> Eps
  | Alt (a, b) -> alt (derive c a) (derive c b)
  | Seq (a, b) -> let r = seq (derive c a) b in if nullable a then alt r (derive c b) else r
  | Star a as s -> seq (derive c a) s
let matches r s = nullable (String.fold_left (fun r c -> derive c r) r s)
let rec re_alt s i = (let* a = re_seq in ((let* _ = char '|' in let* b = re_alt in return (Alt (a, b))) <|> return a)) s i
and re_seq s i = (let* l = many re_star in return (List.fold_right seq l Eps)) s i
and re_star s i = (let* a = re_atom in ((let* _ = char '*' in return (Star a)) <|> (let* _ = char '+' in return (Seq (a, Star a))) <|> (let* _ = char '?' in return (Alt (a, Eps))) <|> return a)) s i
and re_atom s i = ((let* _ = char '(' in let* r = re_alt in let* _ = char ')' in return r) <|> (let* _ = char '.' in return Any) <|> (let* c = satisfy (fun c -> not (String.contains "()|*+?." c)) in return (Chr c))) s i

let () =
  List.iter (fun s -> print_endline (match parse json s with Some j -> show j | None -> "error"))
    [ {|{ "a": [1, 2.5, -3e2], "b": {"c": null, "d": [true, false]}, "e": "x\n\"y" }|}; "[]"; "[1, ]"; {|"unterminated|}; "  [ [ [ ] ] ] " ];
  let long = "[" ^ String.concat "," (List.init 2000 string_of_int) ^ "]" in
  (match parse json long with Some (List l) -> Printf.printf "%d\n" (List.length l) | _ -> print_endline "error");
  List.iter (fun s -> print_endline (match parse expr s with Some x -> Printf.sprintf "%g" x | None -> "error")) [ "1 + 2 * 3"; "(1 + 2) * 3"; "10 - 4 - 3"; "2 * (3 + 4) / 7"; "1 +"; "((2))" ];
  List.iter
    (fun (r, l) -> match parse re_alt r with
      | Some r' -> Printf.printf "%s: %s\n" r (String.concat " " (List.map (fun s -> Printf.sprintf "%S=%b" s (matches r' s)) l))
      | None -> Printf.printf "%s: error\n" r)
    [ ("a*b", [ "b"; "aaab"; "aaa" ]); ("(ab|c)+d?", [ "abc"; "cabd"; "d"; "" ]); ("x.z", [ "xyz"; "xz" ]); ("(a|b)*abb", [ "abb"; "aababb"; "abba" ]); ("(", [ "" ]); ("", [ ""; "a" ]); ("(a*)*b", [ String.make 60 'a'; String.make 60 'a' ^ "b" ]) ]
