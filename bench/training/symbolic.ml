(* Training: derivatives and simplification of formulas, unification of terms, normal forms of the lambda calculus.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type formula = Const of int | X | Sum of formula * formula | Product of formula * formula | Power of formula * int | Sin of formula | Cos of formula

let rec derive = function
  | Const _ -> Const 0
  | X -> Const 1
  | Sum (a, b) -> Sum (derive a, derive b)
  | Product (a, b) -> Sum (Product (derive a, b), Product (a, derive b))
  | Power (a, n) -> Product (Product (Const n, Power (a, n - 1)), derive a)
  | Sin a -> Product (Cos a, derive a)
  | Cos a -> Product (Product (Const (-1), Sin a), derive a)

let rec simplify = function
  | Sum (a, b) -> (
      match (simplify a, simplify b) with
      | Const 0, e | e, Const 0 -> e
      | Const m, Const n -> Const ((m + n) land 0xffff)
      | a, b when a = b -> Product (Const 2, a)
      | a, b -> Sum (a, b))
  | Product (a, b) -> (
      match (simplify a, simplify b) with
      | Const 0, _ | _, Const 0 -> Const 0
      | Const 1, e | e, Const 1 -> e
      | Const m, Const n -> Const (m * n land 0xffff)
      | e, (Const _ as c) -> Product (c, e)
      | a, b -> Product (a, b))
  | Power (_, 0) -> Const 1
  | Power (a, 1) -> simplify a
  | Power (a, n) -> ( match simplify a with Power (b, m) -> Power (b, m * n) | e -> Power (e, n))
  | Sin a -> ( match simplify a with Const 0 -> Const 0 | e -> Sin e)
  | Cos a -> ( match simplify a with Const 0 -> Const 1 | e -> Cos e)
  | (Const _ | X) as e -> e

let rec nodes = function
  | Const _ | X -> 1
  | Sum (a, b) | Product (a, b) -> 1 + nodes a + nodes b
  | Power (a, _) | Sin a | Cos a -> 1 + nodes a

type term = Var of variable | Term of string * term list
and variable = { name : int; mutable bound : term option }

let rec resolve = function Var { bound = Some t; _ } -> resolve t | t -> t

let rec unify a b =
  match (resolve a, resolve b) with
  | Var v, Var w when v == w -> true
  | Var v, t | t, Var v ->
      v.bound <- Some t;
      true
  | Term (f, xs), Term (g, ys) -> String.equal f g && List.compare_lengths xs ys = 0 && List.for_all2 unify xs ys

let rec ground t = match resolve t with Var v -> v.name | Term (f, l) -> List.fold_left (fun n t -> n + ground t) (String.length f) l

let unification seed =
  let vars = Array.init 10 (fun name -> { name; bound = None }) in
  let rec term depth i =
    if depth = 0 then Var vars.(i mod 10) else Term ((if i land 1 = 0 then "f" else "pair"), [ term (depth - 1) (i + 2); term (depth - 1) (i + seed) ])
  in
  let rec concrete depth = if depth = 0 then Term ("leaf", []) else Term ("f", [ concrete (depth - 1); concrete (depth - 1) ]) in
  let t = term 4 0 in
  if unify t (concrete 5) then ground t else -1

(* De Bruijn's indices. *)
type lambda = Index of int | Abs of lambda | App of lambda * lambda

let rec shift by cut = function
  | Index i -> if i >= cut then Index (i + by) else Index i
  | Abs t -> Abs (shift by (cut + 1) t)
  | App (t, u) -> App (shift by cut t, shift by cut u)

let rec substitute u k = function
  | Index i -> if i = k then shift k 0 u else if i > k then Index (i - 1) else Index i
  | Abs t -> Abs (substitute u (k + 1) t)
  | App (t, v) -> App (substitute u k t, substitute u k v)

let rec normal = function
  | App (t, u) -> ( match normal t with Abs body -> normal (substitute u 0 body) | t -> App (t, normal u))
  | Abs t -> Abs (normal t)
  | Index _ as t -> t

let numeral n = Abs (Abs (List.fold_left (fun t _ -> App (Index 1, t)) (Index 0) (List.init n Fun.id)))
let multiply = Abs (Abs (Abs (App (Index 2, App (Index 1, Index 0)))))
let rec applications = function App (t, u) -> 1 + applications t + applications u | Abs t -> applications t | Index _ -> 0

let () =
  let sum = ref 0 in
  for i = 1 to 600 * size do
    let f = Sum (Power (Sum (X, Const i), 3 + (i land 1)), Product (Sin (Product (Const i, X)), Cos (Power (X, 2)))) in
    let second = simplify (derive (simplify (derive f))) in
    let third = simplify (derive second) in
    sum := !sum + nodes second + nodes third + unification i;
    sum := !sum + applications (normal (App (App (multiply, numeral (3 + (i land 3))), numeral 4)))
  done;
  Printf.printf "symbolic %d\n" !sum
