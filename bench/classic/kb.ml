(* Knuth and Bendix's completion of equations to rewriting rules, with a lexicographic path ordering. Matching and
   unification end with exceptions. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type term = Var of int | Term of string * term list

exception Fails

let rec substitute s = function
  | Term (f, ts) -> Term (f, List.map (substitute s) ts)
  | Var v as t -> ( match List.assoc v s with bound -> bound | exception Not_found -> t)

(** @raise Fails when the term is no instance of the pattern *)
let rec matching s pattern t =
  match (pattern, t) with
  | Var v, _ -> (
      match List.assoc v s with
      | bound -> if bound = t then s else raise Fails
      | exception Not_found -> (v, t) :: s)
  | Term (f, ps), Term (g, ts) when f = g && List.compare_lengths ps ts = 0 -> List.fold_left2 matching s ps ts
  | Term _, _ -> raise Fails

let rec occurs v = function Var w -> v = w | Term (_, ts) -> List.exists (occurs v) ts

(** The most general substitution that makes the terms equal.
    @raise Fails when there is none *)
let rec unify a b =
  match (a, b) with
  | Var v, Var w when v = w -> []
  | Var v, t | t, Var v -> if occurs v t then raise Fails else [ (v, t) ]
  | Term (f, xs), Term (g, ys) ->
      if f <> g then raise Fails
      else
        List.fold_left2
          (fun s x y ->
            let more = unify (substitute s x) (substitute s y) in
            List.map (fun (v, t) -> (v, substitute more t)) s @ more)
          [] xs ys

type rule = { number : int; variables : int; left : term; right : term }

(** One step at the root.
    @raise Fails when no rule applies *)
let rec at_root rules t =
  match rules with
  | [] -> raise Fails
  | { left; right; _ } :: rest -> (
      match matching [] left t with s -> substitute s right | exception Fails -> at_root rest t)

let rec normal rules = function
  | Var _ as t -> t
  | Term (f, ts) -> (
      let t = Term (f, List.map (normal rules) ts) in
      match at_root rules t with next -> normal rules next | exception Fails -> t)

let reducible rules t =
  let rec inside = function
    | Var _ -> false
    | Term (_, ts) as t -> ( match at_root rules t with _ -> true | exception Fails -> List.exists inside ts)
  in
  inside t

(* Lexicographic path ordering over a precedence of symbols. *)
let precedence = function "inv" -> 3 | "mul" -> 2 | "div" -> 4 | "one" -> 1 | _ -> 0

let rec greater s t =
  match (s, t) with
  | Var _, _ -> false
  | Term _, Var v -> occurs v s
  | Term (f, ss), Term (g, ts) ->
      List.exists (fun x -> x = t || greater x t) ss
      ||
      let pf = precedence f and pg = precedence g in
      if pf > pg || (pf = pg && f > g) then List.for_all (greater s) ts
      else f = g && List.for_all (greater s) ts && lexicographic ss ts

and lexicographic ss ts =
  match (ss, ts) with
  | x :: xs, y :: ys -> if x = y then lexicographic xs ys else greater x y
  | _ -> false

let rec shift n = function Var v -> Var (v + n) | Term (f, ts) -> Term (f, List.map (shift n) ts)

(** The equation with variables numbered from 0, and their number. *)
let canonical a b =
  let names = ref [] in
  let rec go = function
    | Var v -> (
        match List.assoc v !names with
        | n -> Var n
        | exception Not_found ->
            let n = List.length !names in
            names := (v, n) :: !names;
            Var n)
    | Term (f, ts) -> Term (f, List.map go ts)
  in
  let a = go a in
  let b = go b in
  (a, b, List.length !names)

(** What both rules make of a term in which the first applies inside of where the second does. *)
let critical_pairs r1 r2 =
  let left = shift r2.variables r1.left and right = shift r2.variables r1.right in
  let rec below t rebuild pairs =
    match t with
    | Var _ -> pairs
    | Term (f, ts) ->
        let pairs =
          match unify t left with
          | s -> (substitute s (rebuild right), substitute s r2.right) :: pairs
          | exception Fails -> pairs
        in
        let rec arguments before after pairs =
          match after with
          | [] -> pairs
          | x :: rest ->
              let pairs = below x (fun y -> rebuild (Term (f, List.rev_append before (y :: rest)))) pairs in
              arguments (x :: before) rest pairs
        in
        arguments [] ts pairs
  in
  below r2.left Fun.id []

let rec weight = function Var _ -> 1 | Term (_, ts) -> List.fold_left (fun n t -> n + weight t) 1 ts

(** Small equations first. *)
let rec enqueue ((a, b) as pair) = function
  | ((x, y) as first) :: rest when weight x + weight y <= weight a + weight b -> first :: enqueue pair rest
  | queue -> pair :: queue

let rec complete count rules = function
  | [] -> rules
  | (a, b) :: queue -> (
      let a = normal rules a and b = normal rules b in
      if a = b then complete count rules queue
      else
        let a, b = if greater a b then (a, b) else if greater b a then (b, a) else failwith "cannot be ordered" in
        let left, right, variables = canonical a b in
        let rule = { number = count; variables; left; right } in
        let kept, dropped = List.partition (fun r -> not (reducible [ rule ] r.left)) rules in
        let rules = rule :: kept in
        let rules = List.map (fun r -> { r with right = normal rules r.right }) rules in
        let queue = List.fold_left (fun q r -> enqueue (r.left, r.right) q) queue dropped in
        let pairs = List.concat_map (fun r -> critical_pairs rule r @ critical_pairs r rule) rules in
        complete (count + 1) rules (List.fold_left (fun q p -> enqueue p q) queue pairs))

let x = Var 0 and y = Var 1 and z = Var 2
let one = Term ("one", [])
let mul a b = Term ("mul", [ a; b ])
let inv a = Term ("inv", [ a ])

let group = [ (mul one x, x); (mul (inv x) x, one); (mul (mul x y) z, mul x (mul y z)) ]

(** A group with one more constant that is its own inverse, or whose powers up to the given one are not the unit. *)
let with_constant name power =
  let c = Term (name, []) in
  let rec powers n = if n = 1 then c else mul c (powers (n - 1)) in
  (powers power, one) :: group

let () =
  let sum = ref 0 in
  let add rules =
    List.iter (fun { number; left; right; _ } -> sum := !sum + (number * weight left) + weight right) rules;
    sum := !sum + List.length rules
  in
  for i = 1 to size do
    add (complete 1 [] group);
    add (complete 1 [] (with_constant "a" (2 + (i land 1))))
  done;
  Printf.printf "kb %d\n" !sum
