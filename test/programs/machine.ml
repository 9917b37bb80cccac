(* Small machines: a stack compiler, a Brainf interpreter with a program that prints, a register machine, a Turing machine. *)
type instr = Push of int | Add | Mul | Sub | Dup | Swap | Jump of int | Jump_if_zero of int | Print | Load of string | Store of string | Halt

let run code =
  let vars = Hashtbl.create 8 and out = Buffer.create 100 and steps = ref 0 in
  let rec go pc stack =
    incr steps;
    match (code.(pc), stack) with
    | Push n, s -> go (pc + 1) (n :: s)
    | Add, a :: b :: s -> go (pc + 1) ((b + a) :: s)
    | Sub, a :: b :: s -> go (pc + 1) ((b - a) :: s)
    | Mul, a :: b :: s -> go (pc + 1) ((b * a) :: s)
    | Dup, a :: s -> go (pc + 1) (a :: a :: s)
    | Swap, a :: b :: s -> go (pc + 1) (b :: a :: s)
    | Jump n, s -> go n s
    | Jump_if_zero n, a :: s -> go (if a = 0 then n else pc + 1) s
    | Print, a :: s -> Buffer.add_string out (string_of_int a ^ " "); go (pc + 1) s
    | Load x, s -> go (pc + 1) (Hashtbl.find vars x :: s)
    | Store x, a :: s -> Hashtbl.replace vars x a; go (pc + 1) s
    | Halt, _ -> ()
    | _ -> failwith (Printf.sprintf "stack underflow at %d" pc)
  in
  go 0 [];
  (Buffer.contents out, !steps)

type stmt = Assign of string * e | While of e * stmt list | Show of e
and e = N of int | V of string | Bin of instr * e * e

let compile program =
  let code = ref [] and n = ref 0 in
  let emit i = code := i :: !code; incr n; !n - 1 in
  let rec ex = function N k -> ignore (emit (Push k)) | V x -> ignore (emit (Load x)) | Bin (op, a, b) -> ex a; ex b; ignore (emit op) in
  let patches = ref [] in
  let rec stmt = function
    | Assign (x, e) -> ex e; ignore (emit (Store x))
    | Show e -> ex e; ignore (emit Print)
    | While (c, body) ->
      let start = !n in
      ex c;
      let hole = emit Halt in
      List.iter stmt body;
      ignore (emit (Jump start));
      patches := (hole, Jump_if_zero !n) :: !patches
  in
  List.iter stmt program;
  ignore (emit Halt);
  let a = Array.of_list (List.rev !code) in
  List.iter (fun (i, c) -> a.(i) <- c) !patches;
  a

let bf source =
  let n = String.length source in
  let jump = Array.make n 0 in
  ignore (List.fold_left (fun stack i -> match source.[i] with '[' -> i :: stack | ']' -> (match stack with j :: s -> jump.(i) <- j; jump.(j) <- i; s | [] -> failwith "unbalanced") | _ -> stack) [] (List.init n Fun.id));
  let tape = Bytes.make 300 '\000' and out = Buffer.create 100 in
  let add p k = Bytes.set tape p (Char.chr ((Char.code (Bytes.get tape p) + k) land 255)) in
  let rec go i p =
    if i < n then
      match source.[i] with
      | '>' -> go (i + 1) (p + 1)
      | '<' -> go (i + 1) (p - 1)
      | '+' -> add p 1; go (i + 1) p
      | '-' -> add p (-1); go (i + 1) p
      | '.' -> Buffer.add_char out (Bytes.get tape p); go (i + 1) p
      | '[' -> go (if Bytes.get tape p = '\000' then jump.(i) + 1 else i + 1) p
      | ']' -> go (if Bytes.get tape p <> '\000' then jump.(i) + 1 else i + 1) p
      | _ -> go (i + 1) p
  in
  go 0 0;
  Buffer.contents out

(* A busy beaver. *)
let turing table =
  let module T = Map.Make (Int) in
  let rec go tape pos state steps =
    if state = 'H' then (T.fold (fun _ v n -> n + v) tape 0, steps)
    else
      let symbol = Option.value (T.find_opt pos tape) ~default:0 in
      let write, move, next = List.assoc (state, symbol) table in
      go (T.add pos write tape) (pos + move) next (steps + 1)
  in
  go T.empty 0 'A' 0

let () =
  let out, steps = run (compile [
    Assign ("n", N 10); Assign ("a", N 0); Assign ("b", N 1);
    While (V "n", [ Show (V "a"); Assign ("t", Bin (Add, V "a", V "b")); Assign ("a", V "b"); Assign ("b", V "t"); Assign ("n", Bin (Sub, V "n", N 1)) ]);
    Assign ("i", N 20_000); Assign ("s", N 0);
    While (V "i", [ Assign ("s", Bin (Sub, Bin (Mul, V "i", N 3), V "s")); Assign ("i", Bin (Sub, V "i", N 1)) ]); Show (V "s") ]) in
  Printf.printf "%s%d\n" out steps;
  (match run [| Push 1; Add; Halt |] with _ -> () | exception Failure s -> print_endline s);
  print_string (bf "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++.");
  (match bf "]" with _ -> () | exception Failure s -> print_endline s);
  let ones, steps = turing [ (('A', 0), (1, 1, 'B')); (('A', 1), (1, -1, 'B')); (('B', 0), (1, -1, 'A')); (('B', 1), (0, -1, 'C')); (('C', 0), (1, 1, 'H')); (('C', 1), (1, -1, 'D')); (('D', 0), (1, 1, 'D')); (('D', 1), (0, 1, 'A')) ] in
  Printf.printf "%d %d\n" ones steps
