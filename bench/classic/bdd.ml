(* Binary decision diagrams, shared through hash tables: the queens' problem and an adder as formulas.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type diagram = Zero | One | Branch of { id : int; var : int; low : diagram; high : diagram }

let id = function Zero -> 0 | One -> 1 | Branch { id; _ } -> id
let var = function Zero | One -> max_int | Branch { var; _ } -> var

(* Tables of their own: open hashing with lists, keyed by two or three small numbers. *)
type table = { mutable buckets : diagram list array; mutable entries : int }

let hash var low high = ((var * 31) + (low * 7919) + (high * 104729)) land max_int
let unique = { buckets = Array.make 1024 []; entries = 0 }
let next_id = ref 2

let grow () =
  let old = unique.buckets in
  let n = 2 * Array.length old in
  unique.buckets <- Array.make n [];
  let place d =
    match d with
    | Branch { var; low; high; _ } ->
        let slot = hash var (id low) (id high) land (n - 1) in
        unique.buckets.(slot) <- d :: unique.buckets.(slot)
    | Zero | One -> ()
  in
  Array.iter (List.iter place) old

let branch v l h =
  if l == h then l
  else begin
    let slot = hash v (id l) (id h) land (Array.length unique.buckets - 1) in
    let rec find = function
      | (Branch { var; low; high; _ } as d) :: _ when var = v && low == l && high == h -> d
      | _ :: rest -> find rest
      | [] ->
          let d = Branch { id = !next_id; var = v; low = l; high = h } in
          incr next_id;
          unique.buckets.(slot) <- d :: unique.buckets.(slot);
          unique.entries <- unique.entries + 1;
          if unique.entries > 2 * Array.length unique.buckets then grow ();
          d
    in
    find unique.buckets.(slot)
  end

let reset () =
  unique.buckets <- Array.make 1024 [];
  unique.entries <- 0;
  next_id := 2

type cache = { left : int array; right : int array; results : diagram array }

let cache () = { left = Array.make 8192 (-1); right = Array.make 8192 (-1); results = Array.make 8192 Zero }

(** An operation that `terminal` decides when it can, and that otherwise goes on with both branches. *)
let operation terminal =
  let { left; right; results } = cache () in
  let rec apply a b =
    match terminal a b with
    | Some d -> d
    | None ->
        let ia = id a and ib = id b in
        let slot = ((ia * 12582917) + (ib * 4256249)) land 8191 in
        if left.(slot) = ia && right.(slot) = ib then results.(slot)
        else begin
          let va = var a and vb = var b in
          let v = min va vb in
          let part high d vd =
            match d with Branch { low; high = h; _ } when vd = v -> if high then h else low | _ -> d
          in
          let low = apply (part false a va) (part false b vb) in
          let high = apply (part true a va) (part true b vb) in
          let d = branch v low high in
          left.(slot) <- ia;
          right.(slot) <- ib;
          results.(slot) <- d;
          d
        end
  in
  apply

(** The operations anew, for the diagrams made after a reset. *)
let operations () =
  let conjunction =
    operation (fun a b ->
        match (a, b) with
        | Zero, _ | _, Zero -> Some Zero
        | One, d | d, One -> Some d
        | _ -> if a == b then Some a else None)
  in
  let difference =
    operation (fun a b ->
        match (a, b) with
        | Zero, d | d, Zero -> Some d
        | One, One -> Some Zero
        | _ -> if a == b then Some Zero else None)
  in
  (conjunction, difference)

let variable v = branch v Zero One

(** How many assignments of variables 0 … n - 1 satisfy it. *)
let models n d =
  let seen = Hashtbl.create 97 in
  let rec from v d =
    match d with
    | Zero -> 0
    | One -> 1 lsl (n - v)
    | Branch { id; var; low; high } ->
        let below =
          match Hashtbl.find_opt seen id with
          | Some count -> count
          | None ->
              let count = from (var + 1) low + from (var + 1) high in
              Hashtbl.add seen id count;
              count
        in
        below lsl (var - v)
  in
  from 0 d

let queens n =
  reset ();
  let conj, xor = operations () in
  let neg d = xor One d in
  let disj a b = neg (conj (neg a) (neg b)) in
  let at row column = variable ((row * n) + column) in
  let all = ref One in
  for i = 0 to n - 1 do
    let some = ref Zero in
    for j = 0 to n - 1 do
      some := disj !some (at i j);
      for k = 0 to n - 1 do
        let excludes i' j' = if i' >= 0 && i' < n && j' >= 0 && j' < n && (i', j') <> (i, j) then
          all := conj !all (neg (conj (at i j) (at i' j')))
        in
        if k > j then excludes i k;
        if k > i then begin
          excludes k j;
          excludes k (j + k - i);
          excludes k (j - k + i)
        end
      done
    done;
    all := conj !all !some
  done;
  models (n * n) !all

(** Pairs of n-bit numbers whose sum has the bits of k. *)
let sums n k =
  reset ();
  let conj, xor = operations () in
  let neg d = xor One d in
  let rec bits i carry all =
    if i = n then all
    else
      let a = variable (2 * i) and b = variable ((2 * i) + 1) in
      let half = xor a b in
      let sum = xor half carry in
      let carry = xor (conj a b) (conj half carry) in
      bits (i + 1) carry (conj all (if (k lsr i) land 1 = 1 then sum else neg sum))
  in
  models (2 * n) (bits 0 Zero One)

let () =
  let total = ref 0 in
  for i = 1 to 3 * size do
    total := !total + queens 5 + (sums (16 + (i land 1)) (i * 1237))
  done;
  Printf.printf "bdd %d %d\n" !total (queens 6)
