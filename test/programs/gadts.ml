(* Generalised algebraic types: a typed evaluator, existential packages, equality witnesses, heterogeneous lists. *)
type _ expr =
  | Int : int -> int expr
  | Bool : bool -> bool expr
  | String : string -> string expr
  | Add : int expr * int expr -> int expr
  | Equal : 'a ty * 'a expr * 'a expr -> bool expr
  | If : bool expr * 'a expr * 'a expr -> 'a expr
  | Pair : 'a expr * 'b expr -> ('a * 'b) expr
  | Fst : ('a * 'b) expr -> 'a expr
  | Snd : ('a * 'b) expr -> 'b expr
  | Apply : ('a -> 'b) * 'a expr -> 'b expr

and _ ty = TInt : int ty | TBool : bool ty | TString : string ty | TPair : 'a ty * 'b ty -> ('a * 'b) ty | TList : 'a ty -> 'a list ty

let rec equal : type a. a ty -> a -> a -> bool = function
  | TInt -> Int.equal
  | TBool -> Bool.equal
  | TString -> String.equal
  | TPair (a, b) -> fun (x, y) (x', y') -> equal a x x' && equal b y y'
  | TList t -> List.equal (equal t)

let rec eval : type a. a expr -> a = function
  | Int n -> n
  | Bool b -> b
  | String s -> s
  | Add (a, b) -> eval a + eval b
  | Equal (t, a, b) -> equal t (eval a) (eval b)
  | If (c, a, b) -> if eval c then eval a else eval b
  | Pair (a, b) -> (eval a, eval b)
  | Fst p -> fst (eval p)
  | Snd p -> snd (eval p)
  | Apply (f, x) -> f (eval x)

let rec show : type a. a ty -> a -> string = fun ty v ->
  match ty with
  | TInt -> string_of_int v
  | TBool -> string_of_bool v
  | TString -> Printf.sprintf "%S" v
  | TPair (a, b) -> let x, y = v in Printf.sprintf "(%s, %s)" (show a x) (show b y)
  | TList t -> "[" ^ String.concat "; " (List.map (show t) v) ^ "]"

type (_, _) eq = Refl : ('a, 'a) eq

let rec same : type a b. a ty -> b ty -> (a, b) eq option = fun a b ->
  match (a, b) with
  | TInt, TInt -> Some Refl
  | TBool, TBool -> Some Refl
  | TString, TString -> Some Refl
  | TPair (a, b), TPair (c, d) -> (match (same a c, same b d) with Some Refl, Some Refl -> Some Refl | _ -> None)
  | TList a, TList b -> (match same a b with Some Refl -> Some Refl | None -> None)
  | _ -> None

type dynamic = Dynamic : 'a ty * 'a -> dynamic
let cast : type a. a ty -> dynamic -> a option = fun ty (Dynamic (ty', v)) -> match same ty ty' with Some Refl -> Some v | None -> None

type _ hlist = [] : unit hlist | ( :: ) : ('a ty * 'a) * 'b hlist -> ('a * 'b) hlist
let rec show_all : type a. a hlist -> string = function [] -> "." | (t, v) :: rest -> show t v ^ " " ^ show_all rest
let head : type a b. (a * b) hlist -> a = function (_, v) :: _ -> v

type zero = Zero and 'n succ = Succ
type (_, _) vec = Nil : ('a, zero) vec | Cons : 'a * ('a, 'n) vec -> ('a, 'n succ) vec
let rec map2 : type n. ('a -> 'b -> 'c) -> ('a, n) vec -> ('b, n) vec -> ('c, n) vec = fun f v w ->
  match (v, w) with Nil, Nil -> Nil | Cons (a, v), Cons (b, w) -> Cons (f a b, map2 f v w)
let rec to_list : type n. ('a, n) vec -> 'a list = function Nil -> List.[] | Cons (a, v) -> List.cons a (to_list v)

let () =
  let e = If (Equal (TInt, Add (Int 1, Int 2), Int 3), Pair (String "yes", Fst (Pair (Int 5, Bool false))), Pair (String "no", Int 0)) in
  print_endline (show (TPair (TString, TInt)) (eval e));
  print_endline (string_of_int (eval (Apply (String.length, Apply (String.uppercase_ascii, String "length")))));
  print_endline (string_of_bool (eval (Equal (TPair (TInt, TBool), Pair (Int 1, Bool true), Pair (Int 1, Snd (Pair (Int 0, Bool true)))))));
  let dynamics = List.[ Dynamic (TInt, 42); Dynamic (TString, "x"); Dynamic (TList TInt, List.init 3 Fun.id) ] in
  List.iter (fun d -> print_string (match cast TInt d with Some n -> string_of_int n | None -> (match cast (TList TInt) d with Some l -> show (TList TInt) l | None -> "?"))) dynamics;
  print_newline ();
  let l = [ (TInt, 1); (TString, "two"); (TList TBool, List.[ true; false ]) ] in
  Printf.printf "%s%d\n" (show_all l) (head l);
  print_endline (show (TList TInt) (to_list (map2 ( + ) (Cons (1, Cons (2, Nil))) (Cons (10, Cons (20, Nil))))))
