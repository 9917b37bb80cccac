(* Hashtbl.hash and its relatives (runtime/hash.c). Closures are left out: they hash by address. *)
open Check

type shape = Point | Circle of float | Box of { w : int; h : int } | Group of shape list
type cycle = { mutable next : cycle option; label : string }

let h v = string_of_int (Hashtbl.hash v)
let all v =
  Printf.sprintf "%d %d %d %d" (Hashtbl.hash v) (Hashtbl.seeded_hash 12345 v) (Hashtbl.hash_param 3 5 v)
    (Hashtbl.seeded_hash_param 100 256 77 v)

let value name v = case name (fun () -> all v)

let () =
  List.iter (fun n -> value (string_of_int n) n) [ 0; 1; -1; 42; max_int; min_int; 1 lsl 31; 1 lsl 32; -(1 lsl 31) ];
  List.iter (fun s -> value (Printf.sprintf "%S" s) s)
    [ ""; "a"; "ab"; "abc"; "abcd"; "abcde"; "\000"; "\000\000"; "h\195\169"; String.make 255 'x'; String.make 256 'x'; String.make 257 'x'; String.make 1000 'y' ];
  List.iter (fun x -> value (bits x) x)
    [ 0.; -0.; 1.; -1.; 0.1; infinity; neg_infinity; nan; Int64.float_of_bits 0x7ff0000000000001L; Int64.float_of_bits (-1L); min_float; 4.9e-324; max_float ];
  value "unit" (); value "true" true; value "'a'" 'a'; value "[]" []; value "None" None; value "Some 0" (Some 0);
  value "Some None" (Some None); value "[1; 2; 3]" [ 1; 2; 3 ]; value "(1, \"a\", 2.5)" (1, "a", 2.5);
  value "[||]" [||]; value "[|1.; 2.|]" [| 1.; 2. |]; value "[|nan; -0.|]" [| nan; -0. |]; value "[|1; 2|]" [| 1; 2 |];
  value "float array 200" (Array.init 200 float_of_int); value "floatarray" (Float.Array.of_list [ 1.; 2. ]);
  value "`A" `A; value "`Longer_name" `Longer_name; value "`B 3" (`B 3);
  value "Point" Point; value "Circle" (Circle 1.5); value "Box" (Box { w = 1; h = 2 });
  value "Group" (Group [ Point; Circle 0.; Group [ Box { w = 3; h = 4 } ] ]);
  List.iter (fun n -> value (Printf.sprintf "%ldl" n) n) [ 0l; 1l; -1l; Int32.max_int; Int32.min_int ];
  List.iter (fun n -> value (Printf.sprintf "%LdL" n) n) [ 0L; 1L; -1L; 0x123456789abcdefL; Int64.max_int; Int64.min_int ];
  List.iter (fun n -> value (Printf.sprintf "%ndn" n) n) [ 0n; 1n; -1n; Nativeint.max_int; Nativeint.min_int; 0x100000000n ];
  value "ints, 500" (List.init 500 Fun.id);
  value "nested" (List.init 30 (fun i -> List.init i (fun j -> string_of_int j)));
  let rec deep n = if n = 0 then Group [] else Group [ deep (n - 1); Point ] in
  value "deep" (deep 10000);
  let knot = { next = None; label = "knot" } in
  knot.next <- Some knot;
  value "cyclic" knot;
  let rec endless = 1 :: 2 :: endless in
  value "cyclic list" endless;
  value "bytes" (Bytes.of_string "bytes");
  value "lazy value" (Lazy.from_val (Some 3));
  value "forced" (let l = lazy (String.make 3 'z') in ignore (Lazy.force l); l);
  value "exception" Not_found;
  value "Failure" (Failure "x");
  value "ref" (ref 5)

let () =
  let open Bigarray in
  let each (type a b) name (kind : (a, b) kind) (of_int : int -> a) =
    List.iter
      (fun n ->
        let v = Array1.init kind c_layout n of_int in
        value (Printf.sprintf "bigarray %s %d" name n) v;
        value (Printf.sprintf "bigarray fortran %s %d" name n) (Array1.change_layout v fortran_layout))
      [ 0; 1; 3; 7; 70; 300 ];
    value (Printf.sprintf "bigarray %s 2x3x4" name) (Genarray.init kind c_layout [| 2; 3; 4 |] (fun i -> of_int (i.(0) + (i.(1) * i.(2)))))
  in
  each "int8_signed" int8_signed (fun i -> -i);
  each "int8_unsigned" int8_unsigned Fun.id;
  each "int16_signed" int16_signed (fun i -> -300 * i);
  each "int16_unsigned" int16_unsigned (fun i -> 300 * i);
  each "int32" int32 (fun i -> Int32.of_int (-i * 1000001));
  each "int64" int64 (fun i -> Int64.of_int (i * 1000000000001));
  each "int" int (fun i -> -i);
  each "nativeint" nativeint Nativeint.of_int;
  each "float16" float16 (fun i -> float_of_int i /. 8.);
  each "float32" float32 (fun i -> float_of_int i /. 8.);
  each "float64" float64 (fun i -> if i = 2 then nan else if i = 1 then -0. else float_of_int i);
  each "complex32" complex32 (fun i -> { Complex.re = float_of_int i; im = -1. });
  each "complex64" complex64 (fun i -> { Complex.re = float_of_int i; im = nan });
  each "char" char (fun i -> Char.chr (i land 255))

let () =
  blocks "int" 1 (fun _ -> h (int ()));
  blocks "int32" 1 (fun _ -> h (int32 ()));
  blocks "int64" 1 (fun _ -> h (int64 ()));
  blocks "nativeint" 1 (fun _ -> h (nativeint ()));
  blocks "float" 1 (fun _ -> h (float ()));
  blocks "string" 1 (fun _ ->
      let n = below 40 in
      let s = String.init n (fun _ -> Char.chr (below 256)) in
      Printf.sprintf "%d %d %d" (Hashtbl.hash s) (Hashtbl.seeded_hash (below 1000000) s) (String.seeded_hash (below 1000) s));
  let rec tree depth =
    match below (if depth = 0 then 3 else 6) with
    | 0 -> Obj.repr (below 1000)
    | 1 -> Obj.repr (float ())
    | 2 -> Obj.repr (String.make (below 9) 'q')
    | 3 -> Obj.repr (Int64.of_int (below 99), Int32.of_int (below 99))
    | _ ->
      let b = Obj.new_block (below 10) (1 + below 4) in
      for i = 0 to Obj.size b - 1 do
        Obj.set_field b i (tree (depth - 1))
      done;
      b
  in
  blocks "tree" 1 (fun _ ->
      let v = tree 5 in
      let meaningful = 1 + below 30 in
      Printf.sprintf "%d %d" (Hashtbl.hash v) (Hashtbl.seeded_hash_param meaningful (1 + below 60) (below 0x40000000) v));
  case "seeds" (fun () ->
      String.concat " " (List.map (fun s -> string_of_int (Hashtbl.seeded_hash s "seed")) [ 0; 1; -1; max_int; min_int; 1 lsl 32 ]))
