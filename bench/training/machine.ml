(* Training: an assembler (Scanf, association lists, Printf) and an interpreter of a stack machine with mutable records.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type instruction =
  | Push of int | Load of int | Store of int | Add | Subtract | Multiply | Modulo | Less
  | Jump of int | Jump_if_zero of int | Call of int | Return | Print | Halt

type machine = {
  code : instruction array;
  stack : int array;
  variables : int array;
  mutable sp : int;
  mutable pc : int;
  mutable calls : int list;
  mutable steps : int;
  out : Buffer.t;
}

exception Stopped

let source n = Printf.sprintf "
  push %d store 0  push 0 store 1
loop:
  load 0 jz end
  load 0 push 7 mod jz seven
  load 1 load 0 add push 65521 mod store 1
  jump next
seven:
  call square
next:
  load 0 push 1 sub store 0
  jump loop
square:
  load 0 load 0 mul load 1 add push 65521 mod store 1
  load 1 push 100 less jz quiet
  load 1 print
quiet: ret
end: load 1 print halt
" n

(* Words one by one; labels are resolved in a second pass. *)
let assemble text =
  let words = List.filter (fun w -> w <> "") (List.concat_map (String.split_on_char ' ') (String.split_on_char '\n' text)) in
  let rec labels address = function
    | [] -> []
    | w :: rest when String.ends_with ~suffix:":" w -> (String.sub w 0 (String.length w - 1), address) :: labels address rest
    | ("push" | "load" | "store" | "jump" | "jz" | "call") :: _ :: rest | _ :: rest -> labels (address + 1) rest
  in
  let table = labels 0 words in
  let number w = Scanf.sscanf w "%d" Fun.id in
  let rec emit = function
    | [] -> []
    | "push" :: n :: rest -> Push (number n) :: emit rest
    | "load" :: n :: rest -> Load (number n) :: emit rest
    | "store" :: n :: rest -> Store (number n) :: emit rest
    | "jump" :: l :: rest -> Jump (List.assoc l table) :: emit rest
    | "jz" :: l :: rest -> Jump_if_zero (List.assoc l table) :: emit rest
    | "call" :: l :: rest -> Call (List.assoc l table) :: emit rest
    | "add" :: rest -> Add :: emit rest
    | "sub" :: rest -> Subtract :: emit rest
    | "mul" :: rest -> Multiply :: emit rest
    | "mod" :: rest -> Modulo :: emit rest
    | "less" :: rest -> Less :: emit rest
    | "ret" :: rest -> Return :: emit rest
    | "print" :: rest -> Print :: emit rest
    | "halt" :: rest -> Halt :: emit rest
    | label :: rest when String.ends_with ~suffix:":" label -> emit rest
    | other :: _ -> failwith (Printf.sprintf "unknown instruction %S" other)
  in
  Array.of_list (emit words)

let push m v =
  m.stack.(m.sp) <- v;
  m.sp <- m.sp + 1

let pop m =
  m.sp <- m.sp - 1;
  m.stack.(m.sp)

let binary m f =
  let b = pop m in
  let a = pop m in
  push m (f a b)

let step m =
  let i = m.code.(m.pc) in
  m.pc <- m.pc + 1;
  m.steps <- m.steps + 1;
  match i with
  | Push n -> push m n
  | Load v -> push m m.variables.(v)
  | Store v -> m.variables.(v) <- pop m
  | Add -> binary m ( + )
  | Subtract -> binary m ( - )
  | Multiply -> binary m ( * )
  | Modulo -> binary m ( mod )
  | Less -> binary m (fun a b -> if a < b then 1 else 0)
  | Jump target -> m.pc <- target
  | Jump_if_zero target -> if pop m = 0 then m.pc <- target
  | Call target ->
      m.calls <- m.pc :: m.calls;
      m.pc <- target
  | Return -> (
      match m.calls with
      | pc :: rest ->
          m.pc <- pc;
          m.calls <- rest
      | [] -> raise Stopped)
  | Print -> Printf.bprintf m.out "[%d: %4x]" m.steps (pop m)
  | Halt -> raise Stopped

let run code =
  let m = { code; stack = Array.make 64 0; variables = Array.make 8 0; sp = 0; pc = 0; calls = []; steps = 0; out = Buffer.create 64 } in
  (try while true do step m done with Stopped -> ());
  m

let () =
  let sum = ref 0 in
  for i = 1 to 30 * size do
    let m = run (assemble (source (400 + (i land 511)))) in
    sum := (!sum * 31 + Hashtbl.hash (Buffer.contents m.out) + m.steps) land 0xffffffff
  done;
  Printf.printf "machine %d\n" !sum
