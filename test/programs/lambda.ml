(* An interpreter: parsing, type inference by unification, evaluation by closures and by an abstract machine. *)
type expr = Var of string | Lam of string * expr | App of expr * expr | Let of string * expr * expr | Int of int | If of expr * expr * expr | Op of char * expr * expr | Fix of expr

exception Syntax of string

let tokens s =
  let n = String.length s in
  let rec go i acc =
    if i >= n then List.rev acc
    else
      match s.[i] with
      | ' ' | '\n' -> go (i + 1) acc
      | '0' .. '9' -> let j = ref i in while !j < n && s.[!j] >= '0' && s.[!j] <= '9' do incr j done; go !j (String.sub s i (!j - i) :: acc)
      | 'a' .. 'z' -> let j = ref i in while !j < n && s.[!j] >= 'a' && s.[!j] <= 'z' do incr j done; go !j (String.sub s i (!j - i) :: acc)
      | c -> go (i + 1) (String.make 1 c :: acc)
  in
  go 0 []

let parse s =
  let rest = ref (tokens s) in
  let peek () = match !rest with t :: _ -> t | [] -> "" in
  let next () = match !rest with t :: l -> rest := l; t | [] -> raise (Syntax "end") in
  let expect t = if next () <> t then raise (Syntax t) in
  let is_atom t = t = "(" || (t <> "" && ((t.[0] >= '0' && t.[0] <= '9') || (t.[0] >= 'a' && t.[0] <= 'z' && not (List.mem t [ "in"; "then"; "else"; "let"; "fix" ])))) in
  let rec expr () =
    match peek () with
    | "\\" -> ignore (next ()); let x = next () in expect "."; Lam (x, expr ())
    | "let" -> ignore (next ()); let x = next () in expect "="; let a = expr () in expect "in"; Let (x, a, expr ())
    | "if" -> ignore (next ()); let c = expr () in expect "then"; let a = expr () in expect "else"; If (c, a, expr ())
    | _ -> sum ()
  and sum () = let rec go a = match peek () with ("+" | "-") as o -> ignore (next ()); go (Op (o.[0], a, product ())) | _ -> a in go (product ())
  and product () = let rec go a = match peek () with "*" -> ignore (next ()); go (Op ('*', a, application ())) | _ -> a in go (application ())
  and application () =
    if peek () = "fix" then (ignore (next ()); Fix (atom ())) else
    let rec go f = if is_atom (peek ()) then go (App (f, atom ())) else f in go (atom ())
  and atom () = match next () with "(" -> let e = expr () in expect ")"; e | t when t.[0] >= '0' && t.[0] <= '9' -> Int (int_of_string t) | t when is_atom t -> Var t | t -> raise (Syntax t)
  in
  let e = expr () in
  if !rest <> [] then raise (Syntax (peek ()));
  e

type ty = TInt | Arrow of ty * ty | TVar of var ref
and var = Unbound of int * int | Link of ty
type scheme = Forall of int list * ty
exception Type_error of string

let counter = ref 0
let fresh level = incr counter; TVar (ref (Unbound (!counter, level)))
let rec repr = function TVar ({ contents = Link t } as r) -> let t = repr t in r := Link t; t | t -> t
let rec occurs r level t = match repr t with
  | TVar r' when r == r' -> raise (Type_error "cyclic")
  | TVar ({ contents = Unbound (n, l) } as r') -> if l > level then r' := Unbound (n, level)
  | Arrow (a, b) -> occurs r level a; occurs r level b
  | _ -> ()
let rec unify a b = match (repr a, repr b) with
  | TInt, TInt -> ()
  | Arrow (a, b), Arrow (c, d) -> unify a c; unify b d
  | TVar r, TVar r' when r == r' -> ()
  | TVar ({ contents = Unbound (_, level) } as r), t | t, TVar ({ contents = Unbound (_, level) } as r) -> occurs r level t; r := Link t
  | _ -> raise (Type_error "mismatch")
let generalize level t = let rec vars t acc = match repr t with TVar { contents = Unbound (n, l) } when l > level && not (List.mem n acc) -> n :: acc | Arrow (a, b) -> vars b (vars a acc) | _ -> acc in Forall (vars t [], t)
let instantiate level (Forall (vars, t)) =
  let map = List.map (fun n -> (n, fresh level)) vars in
  let rec go t = match repr t with TVar { contents = Unbound (n, _) } as v -> (try List.assoc n map with Not_found -> v) | Arrow (a, b) -> Arrow (go a, go b) | t -> t in
  go t
let rec infer env level = function
  | Var x -> (match List.assoc_opt x env with Some s -> instantiate level s | None -> raise (Type_error ("unbound " ^ x)))
  | Int _ -> TInt
  | Lam (x, e) -> let t = fresh level in Arrow (t, infer ((x, Forall ([], t)) :: env) level e)
  | App (f, a) -> let tf = infer env level f in let ta = infer env level a in let r = fresh level in unify tf (Arrow (ta, r)); r
  | Let (x, a, b) -> let t = infer env (level + 1) a in infer ((x, generalize level t) :: env) level b
  | If (c, a, b) -> unify (infer env level c) TInt; let t = infer env level a in unify t (infer env level b); t
  | Op (_, a, b) -> unify (infer env level a) TInt; unify (infer env level b) TInt; TInt
  | Fix f -> let t = fresh level in unify (infer env level f) (Arrow (t, t)); t
let show t =
  let names = Hashtbl.create 4 in
  let name n = match Hashtbl.find_opt names n with Some s -> s | None -> let s = Printf.sprintf "'%c" (Char.chr (97 + Hashtbl.length names)) in Hashtbl.add names n s; s in
  let rec go p t = match repr t with TInt -> "int" | TVar { contents = Unbound (n, _) } -> name n | TVar _ -> "?" | Arrow (a, b) -> let l = go true a in let s = l ^ " -> " ^ go false b in if p then "(" ^ s ^ ")" else s in
  go false t

type value = Number of int | Function of (value -> value)
let rec eval env = function
  | Var x -> Lazy.force (List.assoc x env)
  | Int n -> Number n
  | Lam (x, e) -> Function (fun v -> eval ((x, Lazy.from_val v) :: env) e)
  | App (f, a) -> (match eval env f with Function f -> f (eval env a) | Number _ -> assert false)
  | Let (x, a, b) -> eval ((x, Lazy.from_val (eval env a)) :: env) b
  | If (c, a, b) -> (match eval env c with Number 0 -> eval env b | _ -> eval env a)
  | Op (o, a, b) -> (match (eval env a, eval env b) with Number a, Number b -> Number (match o with '+' -> a + b | '-' -> a - b | _ -> a * b) | _ -> assert false)
  | Fix f -> (match eval env f with Function f -> let rec v = Function (fun x -> match f v with Function g -> g x | Number _ -> assert false) in v | Number _ -> assert false)

let () =
  List.iter
    (fun s ->
      match
        let e = parse s in
        let t = show (infer [] 0 e) in
        (t, match eval [] e with Number n -> string_of_int n | Function _ -> "<fun>")
      with
      | t, v -> Printf.printf "%s : %s = %s\n" s t v
      | exception Syntax t -> Printf.printf "%s : syntax error at %S\n" s t
      | exception Type_error t -> Printf.printf "%s : type error, %s\n" s t)
    [
      "1 + 2 * 3"; "\\x. x"; "\\f. \\g. \\x. f (g x)"; "let id = \\x. x in id id 5"; "(\\x. x x)"; "let twice = \\f. \\x. f (f x) in twice twice (\\x. x + 1) 0";
      "let fact = fix (\\self. \\n. if n then n * self (n - 1) else 1) in fact 15"; "1 2"; "x"; "(1 + )"; "\\x. \\y. x"; "let k = \\x. \\y. x in k 1 (k 2 3)";
      "let fib = fix (\\f. \\n. if n then (if n - 1 then f (n - 1) + f (n - 2) else 1) else 0) in fib 18"; "if 0 then 1 else \\x. x"; "let f = \\x. x in let g = \\y. f y in g (g 3)";
    ]
