(* Marshalled bytes and what is read back (runtime/extern.c, runtime/intern.c). *)
open Check

type shape = Point | Circle of float | Box of { w : int; h : int; name : string } | Group of shape array
type tree = Leaf | Node of { left : tree; key : int; right : tree }
type knot = { mutable next : knot option; id : int }

let flag_sets =
  Marshal.
    [
      ("", []); ("no_sharing", [ No_sharing ]); ("compat_32", [ Compat_32 ]); ("closures", [ Closures ]);
      ("no_sharing compat_32", [ Compat_32; No_sharing ]); ("closures no_sharing", [ No_sharing; Closures ]);
    ]

(* Bytes with all flags, and whether the value comes back. *)
let value ?(cyclic = false) name v =
  List.iter
    (fun (flags, list) ->
      if not (cyclic && List.mem Marshal.No_sharing list) then
        case (name ^ " " ^ flags) (fun () ->
            let s = Marshal.to_string v list in
            let back = Marshal.from_string s 0 in
            let same = if cyclic then "cyclic" else string_of_bool (compare v back = 0) in
            Printf.sprintf "%s %s" same (hex_or_digest s)))
    flag_sets

let () =
  List.iter
    (fun n -> value (string_of_int n) n)
    [
      0; 1; 63; 64; 127; 128; -1; -128; -129; 32767; 32768; -32768; -32769; (1 lsl 30) - 1; 1 lsl 30; -(1 lsl 30);
      -(1 lsl 30) - 1; (1 lsl 31) - 1; 1 lsl 31; -(1 lsl 31); -(1 lsl 31) - 1; 1 lsl 40; max_int; min_int;
    ];
  List.iter
    (fun n -> value (Printf.sprintf "string of %d" n) (String.init n (fun i -> Char.chr (i land 255))))
    [ 0; 1; 7; 8; 31; 32; 33; 255; 256; 1000; 65535; 100_000 ];
  List.iter (fun x -> value (bits x) x) [ 0.; -0.; 1.5; infinity; nan; max_float; 4.9e-324 ];
  List.iter
    (fun n -> value (Printf.sprintf "%d doubles" n) (Array.init n (fun i -> float_of_int i /. 3.)))
    [ 0; 1; 2; 255; 256; 1000 ];
  value "floatarray" (Float.Array.init 3 float_of_int);
  List.iter (fun n -> value (Printf.sprintf "%ldl" n) n) [ 0l; -1l; Int32.max_int; Int32.min_int ];
  List.iter (fun n -> value (Printf.sprintf "%LdL" n) n) [ 0L; -1L; Int64.max_int; Int64.min_int ];
  List.iter (fun n -> value (Printf.sprintf "%ndn" n) n)
    [ 0n; -1n; 0x7fffffffn; 0x80000000n; -0x80000000n; -0x80000001n; Nativeint.max_int; Nativeint.min_int ];
  value "[]" []; value "[||]" [||]; value "()" (); value "None" None; value "Some 1" (Some 1);
  value "(1, \"a\", 2.5, 'c')" (1, "a", 2.5, 'c'); value "[1; 2; 3]" [ 1; 2; 3 ];
  value "list of 300" (List.init 300 (fun i -> i * i));
  value "`A" `A; value "`B (1, `C)" (`B (1, `C)); value "Point" Point; value "Circle" (Circle 1.5);
  value "Box" (Box { w = 1; h = 2; name = "box" });
  value "Group" (Group [| Point; Circle 0.; Group [| Box { w = 3; h = 4; name = "" } |]; Group [||] |]);
  value "Not_found" Not_found; value "Failure" (Failure "x"); value "Invalid_argument" (Invalid_argument "y");
  value "bytes" (Bytes.make 40 'b'); value "result" [ Ok 1; Error "no" ];
  List.iter
    (fun n -> value (Printf.sprintf "array of %d" n) (Array.init n (fun i -> if i land 1 = 0 then Some i else None)))
    [ 1; 7; 8; 255; 256; 10_000 ];
  let s = String.make 5 's' in
  value "shared string" (s, s, [ s; s ]);
  let x = Sys.opaque_identity 2.5 in
  let d = (x, x) in
  value "shared pairs" (Array.make 300 d);
  value "far shared" (s :: List.init 70_000 string_of_int @ [ s ]);
  let rec ones = 1 :: ones in
  value ~cyclic:true "cyclic list" ones;
  let k = { next = None; id = 7 } in
  k.next <- Some k;
  value ~cyclic:true "knot" k;
  let rec build lo hi = if lo >= hi then Leaf else let m = (lo + hi) / 2 in Node { left = build lo m; key = m; right = build (m + 1) hi } in
  value "tree" (build 0 1000);
  value "deep list" (List.init 100_000 Fun.id);
  let rec left n acc = if n = 0 then acc else left (n - 1) (Node { left = acc; key = n; right = Leaf }) in
  let deep = left 1_000_000 Leaf in
  case "left-deep tree" (fun () ->
      let s = Marshal.to_string deep [] in
      let rec depth t n = match t with Leaf -> n | Node { left; key; _ } -> if key <> n + 1 then -1 else depth left (n + 1) in
      Printf.sprintf "%s %d" (hex_or_digest s) (depth (Marshal.from_string s 0) 0));
  value "lazy" [ Lazy.from_val 3; (let l = lazy 4 in ignore (Lazy.force l); l) ];
  value "lazy of a float" (let l = lazy (Sys.opaque_identity 4.5) in ignore (Lazy.force l); l);
  value "queue" (let q = Queue.create () in Queue.add 1 q; Queue.add 2 q; q);
  value "map" (let module M = Map.Make (String) in M.bindings (M.of_list [ ("a", 1); ("b", 2) ]));
  value "hashtable" (let h = Hashtbl.create 8 in for i = 0 to 20 do Hashtbl.replace h i (string_of_int i) done; h)

(* What cannot be marshalled. *)
let () =
  let refused name v = case name (fun () -> hex (Marshal.to_string v [])) in
  refused "function" (fun x -> x + 1);
  refused "function inside" (1, [ succ ]);
  refused "channel" stdout;
  refused "lazy function" (lazy (print_string "x"));
  refused "weak" (Weak.create 3);
  case "weak array back" (fun () -> string_of_int (Weak.length (Marshal.from_string (Marshal.to_string (Weak.create 3) []) 0)))

(* Closures: bytes depend on the code, but they come back as functions of this program. *)
let () =
  let f = List.map (fun k x -> (x * k) + 1) [ 2; 3 ] in
  let round v = Marshal.from_string (Marshal.to_string v [ Marshal.Closures ]) 0 in
  case "closures" (fun () -> String.concat " " (List.map (fun g -> string_of_int (g 10)) (round f)));
  let rec even n = n = 0 || odd (n - 1) and odd n = n <> 0 && even (n - 1) in
  let e, o = round (even, odd) in
  case "recursive closures" (fun () -> Printf.sprintf "%b %b" (e 10) (o 10));
  case "partial application" (fun () -> string_of_int ((round (( + ) 5)) 6));
  let limit = ref 10 in
  let count () = incr limit; !limit in
  let count' = round count in
  case "environment is copied" (fun () ->
      let a = count () in
      let b = count' () in
      let c = count' () in
      Printf.sprintf "%d %d %d" a b c);
  let o = object val mutable n = 1 method next = n <- n + 1; n end in
  case "object" (fun () ->
      let o' : < next : int > = round o in
      let a = o'#next in
      let b = o'#next in
      Printf.sprintf "%d %d %d %b" a b o#next (compare o o' = 0));
  case "size of closures" (fun () -> string_of_int (String.length (Marshal.to_string succ [ Marshal.Closures ])))

(* Reading from a place inside; headers; damage. *)
let () =
  let s = Marshal.to_string (List.init 10 Fun.id) [] in
  let padded = Bytes.of_string ("abc" ^ s ^ "def") in
  case "from_bytes" (fun () -> String.concat "," (List.map string_of_int (Marshal.from_bytes padded 3)));
  case "sizes" (fun () -> Printf.sprintf "%d %d %d" Marshal.header_size (Marshal.data_size padded 3) (Marshal.total_size padded 3));
  case "to_bytes" (fun () -> Digest.to_hex (Digest.bytes (Marshal.to_bytes (1, 2) [])));
  let buffer = Bytes.make 40 '.' in
  case "to_buffer" (fun () ->
      let n = Marshal.to_buffer buffer 5 30 [ 1; 2 ] [] in
      Printf.sprintf "%d %s" n (hex (Bytes.to_string buffer)));
  case "to_buffer overflow" (fun () -> string_of_int (Marshal.to_buffer buffer 5 10 [ 1; 2 ] []));
  case "to_buffer bad arguments" (fun () -> string_of_int (Marshal.to_buffer buffer 35 10 () []));
  case "from_bytes at the end" (fun () -> string_of_int (Marshal.from_bytes padded (Bytes.length padded - 10)));
  case "from_bytes short" (fun () -> string_of_int (Marshal.from_string (String.sub s 0 (String.length s - 1)) 0));
  case "bad magic" (fun () -> string_of_int (Marshal.from_string (String.make 40 'x') 0));
  case "data_size of a bad magic" (fun () -> string_of_int (Marshal.data_size (Bytes.make 40 'x') 0));
  case "unknown custom" (fun () ->
      let s = Bytes.of_string (Marshal.to_string 5l []) in
      Bytes.set s 22 'z';
      Int32.to_string (Marshal.from_bytes s 0));
  case "unknown code" (fun () ->
      let s = Bytes.of_string (Marshal.to_string succ [ Marshal.Closures ]) in
      let at = 20 + 4 in
      let rec find i = if Bytes.get s i = '\x10' then i else find (i + 1) in
      Bytes.fill s (find at + 5) 16 '\xab';
      string_of_int ((Marshal.from_bytes s 0) 1))

(* Through channels. *)
let () =
  let file = Filename.temp_file "marshalled" ".bin" in
  let oc = open_out_bin file in
  output_value oc [ "one"; "two" ];
  Marshal.to_channel oc (Array.init 100_000 (fun i -> float_of_int i)) [ Marshal.No_sharing ];
  output_string oc "between";
  output_value oc (Some 3L);
  close_out oc;
  let ic = open_in_bin file in
  case "channel" (fun () ->
      let l : string list = input_value ic in
      let a : float array = Marshal.from_channel ic in
      let s = really_input_string ic 7 in
      let n : int64 option = input_value ic in
      Printf.sprintf "%s %d %g %s %Ld" (String.concat " " l) (Array.length a) (Array.fold_left ( +. ) 0. a) s (Option.get n));
  case "channel at the end" (fun () -> string_of_int (input_value ic));
  seek_in ic 3;
  case "channel in the middle" (fun () -> string_of_int (input_value ic));
  close_in ic;
  Sys.remove file

(* Random values. *)
let rec random depth =
  match below (if depth = 0 then 6 else 9) with
  | 0 -> Obj.repr (int ())
  | 1 -> Obj.repr (float ())
  | 2 -> Obj.repr (String.init (below 50) (fun _ -> Char.chr (below 256)))
  | 3 -> Obj.repr (int64 ())
  | 4 -> Obj.repr (int32 ())
  | 5 -> Obj.repr (Array.init (below 4) (fun _ -> float ()))
  | _ ->
    let b = Obj.new_block (below 20) (1 + below 5) in
    for i = 0 to Obj.size b - 1 do
      Obj.set_field b i (random (depth - 1))
    done;
    if Obj.size b > 1 && below 3 = 0 then Obj.set_field b (Obj.size b - 1) (Obj.field b 0);
    b

let () =
  List.iter
    (fun (name, flags) ->
      blocks ("random " ^ name) 1 (fun _ ->
          let v = random 4 in
          let s = Marshal.to_string v flags in
          let back : Obj.t = Marshal.from_string s 0 in
          Printf.sprintf "%s %b" (Digest.to_hex (Digest.string s)) (compare v back = 0)))
    flag_sets
