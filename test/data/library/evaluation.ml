(* What evaluation gives, all of it printed. *)
open Bactrian

let kind : Eval.kind -> string = function
  | Syntax -> "syntax"
  | Typing -> "typing"
  | Forbidden -> "forbidden"
  | Linking -> "linking"
  | Raised { exn; _ } -> "raised " ^ Printexc.to_string exn

let place : Report.location option -> string = function
  | None -> "-"
  | Some { source; first; last } -> Printf.sprintf "%s %d.%d-%d.%d" source first.line first.column last.line last.column

let one_line text = String.concat " | " (String.split_on_char '\n' text)

let describe ({ kind = k; report } : Eval.error) =
  Printf.sprintf "%s at %s: %s" (kind k) (place report.location) (one_line report.message)

let show to_string = function
  | Ok value -> print_endline (to_string value)
  | Error error -> print_endline (describe error)

let warn (report : Report.t) =
  Printf.printf "warning %s at %s: %s\n" (Option.value ~default:"?" report.code) (place report.location) (one_line report.message)

let ints l = String.concat " " (List.map string_of_int l)
let int env source = show string_of_int (Eval.eval env Type.int source)
let ok () = "ok"

let values () =
  let env = Eval.create ~on_warning:warn () in
  int env "1 + 2";
  int env "let f x = x * 2 in f 21";
  int env "let kept = 5;; kept + 1";
  int env "kept * 2";
  show Fun.id (Eval.eval env Type.string "\"a\" ^ \"b\"");
  show (Printf.sprintf "%.3f") (Eval.eval env Type.float "sqrt 2.");
  show (fun (a, b) -> Printf.sprintf "%c %b" a b) (Eval.eval env Type.(pair char bool) "('x', true)");
  show (fun l -> ints (Array.to_list l)) (Eval.eval env Type.(array int) "[|3; 4|]");
  show (fun l -> ints (Option.get l)) (Eval.eval env Type.(option (list int)) "Some [1; 2]");
  show (fun r -> string_of_int !r) (Eval.eval env Type.(ref int) "ref 7");
  show (function Ok n -> string_of_int n | Error s -> s) (Eval.eval env Type.(result int string) "Error \"e\"");
  show (fun l -> string_of_int (Lazy.force l)) (Eval.eval env Type.(lazy_t int) "lazy (kept + 4)");
  show (fun (a, b, c) -> Printf.sprintf "%ld %Ld %nd" a b c) (Eval.eval env Type.(triple int32 int64 nativeint) "(1l, 2L, 3n)");
  show Printexc.to_string (Eval.eval env Type.exn "Failure \"made there\"");
  show ok (Eval.eval env Type.unit "()")

(* Functions and exceptions between source text and the program. *)
let crossing () =
  let env = Eval.create () in
  let add = Eval.eval env Type.(int @-> int @-> int) "fun a b -> a + b" in
  show (fun f -> ints (List.map (f 10) [ 1; 2 ])) add;
  show (fun f -> ints (f succ [ 1; 2; 3 ])) (Eval.eval env Type.((int @-> int) @-> list int @-> list int) "List.map");
  int env "Api.twice (fun x -> x * 3) 5";
  show (fun f -> string_of_int (Api.twice f 2)) (Eval.eval env Type.(int @-> int) "Api.twice (fun x -> x * x)");
  int env "Api.refuse \"no\"";
  int env "try Api.refuse \"no\" with Api.Refused reason -> String.length reason";
  show
    (fun f -> match f () with n -> string_of_int n | exception Api.Refused reason -> "caught " ^ reason)
    (Eval.eval env Type.(unit @-> int) "fun () -> raise (Api.Refused \"from source\")");
  show
    (fun f -> string_of_int (f (fun () -> raise Exit)))
    (Eval.eval env Type.((unit @-> int) @-> int) "fun f -> try f () with Exit -> 42");
  show ok (Eval.run env "let () = Api.counter := 5 let () = incr Api.counter");
  print_endline (string_of_int !Api.counter);
  show ok (Eval.run env "Hashtbl.add Api.commands \"square\" (fun x -> x * x)");
  print_endline (string_of_int (Hashtbl.find Api.commands "square" 9));
  show (fun f -> string_of_int (f 1_000_000)) (Eval.eval env Type.(int @-> int) "let rec count n = if n = 0 then 0 else 1 + count (n - 1) in count");
  let deep = Eval.eval env Type.((int @-> int) @-> int @-> int) "fun f n -> 1 + f n" in
  show
    (fun deep ->
      let rec f n = if n = 0 then 0 else deep f (n - 1) in
      string_of_int (f 100_000))
    deep;
  show
    (fun f ->
      let open Effect.Deep in
      try_with f () { effc = (fun (type a) (_ : a Effect.t) -> (None : ((a, string) continuation -> string) option)) })
    (Eval.eval env Type.(unit @-> string) "fun () -> \"under a handler\"")

let types () =
  let env = Eval.create () in
  show (fun shape -> Printf.sprintf "%.1f" (Api.area shape)) (Eval.eval env Api.shape "Api.circle 2.");
  show (fun f -> Printf.sprintf "%.1f" (f (Api.circle 3.))) (Eval.eval env Type.(Api.shape @-> float) "Api.area");
  show (fun table -> string_of_int (Hashtbl.length table)) (Eval.eval env Api.commands_type "Api.commands");
  show (fun _ -> "wrong") (Eval.eval env Api.shape "2.");
  int env "\"text\"";
  int env "1.";
  show (fun _ -> "wrong") (Eval.eval env Type.(int @-> int) "fun x -> not x");
  (* Names that source text defines are not those of the types that are asked for. *)
  show ok (Eval.run env "type int = string type 'a list = 'a array module Api = struct let shape = 1 let circle x = x end");
  int env "(\"text\" : int)";
  int env "3";
  show (fun _ -> "wrong") (Eval.eval env Type.(list string) "([| \"x\" |] : string list)");
  show (fun _ -> "wrong") (Eval.eval env Api.shape "Api.circle 2.");
  (* Representations that are not what they say. *)
  let named path = show (fun (_ : Obj.t) -> "wrong") (Eval.eval env (Type.named path) "Obj.repr 1") in
  List.iter named [ "Api.shape"; "Api.circle"; "Api.polymorphic"; "Api.missing"; "Nowhere.t"; "shape"; "" ]

let errors () =
  let env = Eval.create ~on_warning:warn () in
  int env "let x = in";
  int env "1 +\n  true";
  int env "undefined";
  int env "Undefined.x";
  int env "(* never ends";
  int env "\"\\q\"";
  int env "let x = 1";
  int env "";
  int env "#use \"file.ml\";; 1";
  int env "let unused = 1 in 2";
  int env "match [1] with [] -> 0 | [x] -> x";
  int env "List.hd []";
  int env "1 / 0";
  int env "assert false";
  int env "raise Stack_overflow";
  show ok (Eval.run env ~source_name:"script.ml" "let a = 1\nlet b = a ^ \"x\"");
  int env "a";
  (* What comes before an exception has happened, but defines nothing. *)
  show ok (Eval.run env "let first = 1 let () = print_endline \"first\" let () = failwith \"second\"");
  int env "first";
  show ok (Eval.run env "let stays = 1");
  show ok (Eval.run env "let stays = \"other\" let () = failwith \"no\"");
  int env "stays";
  (* A failed check leaves no traces in weak types. *)
  show ok (Eval.run env "let weak = ref []");
  show ok (Eval.run env "let () = weak := [1] let () = weak := [\"x\"]");
  show (fun r -> String.concat " " !r) (Eval.eval env Type.(ref (list string)) "weak := [\"now\"]; weak");
  let strict = Eval.create ~warnings:"@a-70" ~on_warning:warn () in
  int strict "let unused = 1 in 2";
  let no_program = Eval.create ~directories:[ "." ] () in
  int no_program "Made.answer"

let several () =
  let a = Eval.create () and b = Eval.create () in
  show ok (Eval.run a "let x = 1 module M = struct type t = A let v = A end exception E class c = object method m = 1 end");
  show ok (Eval.run b "let x = \"b\" module M = struct let v = 2 end let c = 3");
  int a "x";
  show Fun.id (Eval.eval b Type.string "x");
  int b "M.v + c";
  int a "match M.v with M.A -> (new c)#m";
  int b "(new c)#m";
  show ok (Eval.define a "given" Type.(int @-> int) (fun x -> x + 100));
  int a "given x";
  int b "given x";
  show ok (Eval.define a "not a name" Type.int 1);
  show ok (Eval.define a "Upper" Type.int 1);
  show ok (Eval.define a "in" Type.int 1);
  (* Source text that evaluates source text, in its own environment and in another. *)
  let eval_in env source = match Eval.eval env Type.int source with Ok n -> n | Error e -> print_endline (describe e); -1 in
  show ok (Eval.define a "eval" Type.(string @-> int) (eval_in a));
  show ok (Eval.define a "eval_b" Type.(string @-> int) (eval_in b));
  int a "let y = eval \"let x = 50;; x\" in x + y + eval_b \"String.length x\"";
  int a "x";
  int a "let x = \"shadows\" let n = eval \"let z = 7;; x + 1\";; String.length x + n";
  show Fun.id (Eval.eval a Type.string "x ^ string_of_int z");
  let copy = Eval.copy a in
  show ok (Eval.run copy "let x = 1000 let only_in_copy = 1 let weak = ref []");
  show ok (Eval.run a "let z = z + 1");
  int copy "x + z";
  int a "z";
  int a "only_in_copy";
  let second = Eval.copy copy in
  show ok (Eval.run second "weak := [1]");
  show ok (Eval.run copy "weak := [\"s\"]");
  show (fun r -> ints !r) (Eval.eval copy Type.(ref (list int)) "weak")

let modules () =
  let env = Eval.create () in
  show ok
    (Eval.define_module env "Stack_of_ints"
       ~interface:"type t val empty : t val push : int -> t -> t val sum : t -> int"
       "type t = int list let empty = [] let push x s = x :: s let sum = List.fold_left (+) 0 let hidden = 1");
  int env "Stack_of_ints.(sum (push 1 (push 2 empty)))";
  int env "Stack_of_ints.hidden";
  show ok (Eval.run env "let old = Stack_of_ints.(push 5 empty) let old_sum = Stack_of_ints.sum");
  (* Another one with this name: the types are not the same. *)
  show ok (Eval.define_module env "Stack_of_ints" "type t = string let empty = \"\" let sum = String.length");
  int env "Stack_of_ints.sum old";
  int env "old_sum old";
  int env "Stack_of_ints.(sum empty)";
  show ok (Eval.define_module env "Bad" ~interface:"val x : int" "let x = \"s\"");
  show ok (Eval.define_module env "bad name" "let x = 1");
  show ok (Eval.define_module env "Bad" "let x = = 1");
  let list l = String.concat "; " (List.map (fun (name, ty) -> name ^ " : " ^ ty) l) in
  show list (Eval.values env "Stack_of_ints");
  show list (Eval.values env "Api");
  show list (Eval.values env "Fun");
  show list (Eval.values env "Missing")

let run () =
  let part name f =
    Printf.printf "--- %s\n%!" name;
    f ()
  in
  part "values" values;
  part "crossing" crossing;
  part "types" types;
  part "errors" errors;
  part "several" several;
  part "modules" modules
