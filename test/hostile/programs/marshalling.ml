(* Functions for tests of damaged marshalled data: each reads some, looks at all of it, and says what came of it. *)
type t = { name : string; numbers : float array; mutable next : t option; f : int -> int }

let rec sample =
  { name = "a record"; numbers = [| 1.5; -2.25 |]; next = Some sample; f = (fun x -> x + 1) }

(* Every kind of value, with sharing, cycles, closures and an object. *)
let data () =
  let base = String.length sample.name in
  let rec up n = if n > base then n else down (n + 1) and down n = if n < 0 then n else up (n - base) in
  let o = object val x = base method x = x end in
  let strings = [ "short"; String.make 300 'x'; "" ] in
  Marshal.to_string
    (sample, up, down, o, strings, strings, [| 1; 1000; 100_000; 1 lsl 40; -5 |], 1l, 2L, 3n, 4.5, Some [||], lazy (base + 1))
    [ Marshal.Closures ]

(* Visits what can be reached, and counts its blocks. *)
let count root =
  let seen = Hashtbl.create 16 in
  let blocks = ref 0 in
  let rec visit depth v =
    if Obj.is_block v && depth < 50 && !blocks < 1000 then begin
      incr blocks;
      let t = Obj.tag v in
      if t = Obj.string_tag then Hashtbl.replace seen (String.length (Obj.obj v)) ()
      else if t = Obj.closure_tag then Hashtbl.replace seen (Obj.size v) ()
      else if t < Obj.no_scan_tag && t <> Obj.infix_tag then
        for i = 0 to Obj.size v - 1 do visit (depth + 1) (Obj.field v i) done
    end
  in
  visit 0 root;
  !blocks

let examine (read : unit -> Obj.t) =
  match read () with
  | exception Failure s -> "Failure " ^ s
  | exception End_of_file -> "End_of_file"
  | exception Invalid_argument s -> "Invalid_argument " ^ s
  | exception Out_of_memory -> "Out_of_memory"
  | v ->
    let n = count v in
    ignore (Hashtbl.hash v);
    (match Marshal.to_string v [ Marshal.Closures ] with
     | s -> ignore (Marshal.from_string s 0)
     | exception Invalid_argument _ -> ());
    Gc.full_major ();
    if n = count v then "read" else "changed"

let () =
  Callback.register "data" data;
  Callback.register "from_bytes" (fun b -> examine (fun () -> Marshal.from_bytes b 0));
  Callback.register "from_channel" (fun file ->
    let channel = open_in_bin file in
    let outcome = examine (fun () -> input_value channel) in
    close_in channel;
    outcome)
