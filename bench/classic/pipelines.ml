(* Sequences, lists and options that go through small functions made by others: closures, partial applications, unknown
   callees. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let ( >> ) f g x = g (f x)
let add a b = a + b
let scale k x = (k * x) land 0xffff
let divides d n = n mod d = 0

let of_sequences n =
  Seq.ints 1
  |> Seq.filter (fun x -> not (divides 3 x))
  |> Seq.map (add 7 >> scale 5)
  |> Seq.take n
  |> Seq.flat_map (fun x -> Seq.init (x land 3) (add x))
  |> Seq.zip (Seq.cycle (List.to_seq [ 1; 2; 3; 5 ]))
  |> Seq.fold_left (fun sum (k, x) -> (sum + (k * x)) land 0xffffff) 0

let of_lists n =
  List.init n (scale 31)
  |> List.filter (divides 2)
  |> List.map (scale 3 >> add 1)
  |> List.concat_map (fun x -> [ x; x + 1 ])
  |> List.mapi (fun i x -> i lxor x)
  |> List.fold_left add 0

let primes n =
  let rec sieve candidates () =
    match candidates () with
    | Seq.Nil -> Seq.Nil
    | Cons (p, rest) -> Cons (p, sieve (Seq.filter (divides p >> not) rest))
  in
  Seq.take n (sieve (Seq.ints 2)) |> Seq.fold_left add 0

(* A parser of sums and products, made of functions. *)
type 'a parser = string -> int -> ('a * int) option

let char p : char parser = fun s i -> if i < String.length s && p s.[i] then Some (s.[i], i + 1) else None
let return x : 'a parser = fun _ i -> Some (x, i)
let ( let* ) (p : 'a parser) f : 'b parser = fun s i -> match p s i with None -> None | Some (x, j) -> f x s j
let ( <|> ) (p : 'a parser) (q : 'a parser) : 'a parser = fun s i -> match p s i with None -> q s i | found -> found

let rec many p = (let* x = p in let* rest = many p in return (x :: rest)) <|> return []

let number =
  let* digits = many (char (function '0' .. '9' -> true | _ -> false)) in
  return (List.fold_left (fun n c -> (10 * n) + Char.code c - 48) 0 digits)

let separated by combine item =
  let* first = item in
  let* rest = many (let* _ = char (Char.equal by) in item) in
  return (List.fold_left combine first rest)

let rec factor s i =
  (( let* _ = char (Char.equal '(') in
     let* n = sum in
     let* _ = char (Char.equal ')') in
     return n )
  <|> number) s i

and product s i = separated '*' (fun a b -> a * b land 0xffff) factor s i
and sum s i = separated '+' add product s i

(* Church's numerals. *)
let zero _ x = x
let successor n f x = f (n f x)
let plus m n f x = m f (n f x)
let times m n f = m (n f)
let rec church n = if n = 0 then zero else successor (church (n - 1))

let () =
  let formula = String.concat "+" (List.init 20 (fun i -> Printf.sprintf "%d*(%d+3*%d)*2" i (i * 37) (i + 5))) in
  let total = ref 0 in
  for i = 1 to 30 * size do
    total := !total + of_sequences (1000 + i) + of_lists (1000 + i) + primes 100;
    (match sum formula 0 with
    | Some (n, _) -> total := !total + n
    | None -> failwith "pipelines");
    total := !total + plus (church 20) (times (church (i land 31)) (church 40)) succ 0
  done;
  Printf.printf "pipelines %d\n" !total
