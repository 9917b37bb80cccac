(* Polymorphic comparison (runtime/compare.c). *)
open Check

type shape = Point | Line | Circle of float | Box of { w : int; h : int } | Group of shape list
type 'a knot = { mutable next : 'a knot option; label : 'a }

let sign n = Int.compare n 0
let outcome f = match f () with b -> if b then "1" else "0" | exception e -> exn e

(* compare, equality, order, min and max of two values. *)
let both a b =
  let c = match compare a b with n -> string_of_int (sign n) | exception e -> exn e in
  let tests = [ (fun () -> a = b); (fun () -> a <> b); (fun () -> a < b); (fun () -> a <= b); (fun () -> a > b); (fun () -> a >= b) ] in
  let sides =
    match (min a b == a, max a b == a) with m, n -> Printf.sprintf "%b %b" m n | exception e -> exn e
  in
  Printf.sprintf "%s %s %s" c (String.concat "" (List.map outcome tests)) sides

let pairs name values =
  List.iteri (fun i a -> List.iteri (fun j b -> Printf.printf "%s %d %d: %s\n" name i j (both a b)) values) values

(* Floats have instructions of their own when the type is known. *)
let floats = [ 0.; -0.; 1.; -1.; infinity; neg_infinity; nan; -.nan; Int64.float_of_bits 0x7ff0000000000001L; 4.9e-324; max_float ]

let () =
  pairs "int" [ 0; 1; -1; max_int; min_int ];
  pairs "float" floats;
  List.iter
    (fun (a : float) ->
      List.iter
        (fun (b : float) ->
          Printf.printf "float %s %s: %b %b %b %b %b %b %d %b %s %s\n" (bits a) (bits b) (a = b) (a <> b) (a < b) (a <= b)
            (a > b) (a >= b) (compare a b) (Float.equal a b) (bits (Float.min a b)) (bits (Float.max_num a b)))
        floats)
    floats;
  pairs "string" [ ""; "a"; "b"; "ab"; "a\000"; "a\000b"; "\255"; "abcdefgh"; "abcdefgi"; "abcdefghi"; "abcdefg\000" ];
  pairs "bytes" (List.map Bytes.of_string [ ""; "\000"; "\000\000"; "zz" ]);
  pairs "int32" [ 0l; 1l; -1l; Int32.max_int; Int32.min_int ];
  pairs "int64" [ 0L; 1L; -1L; Int64.max_int; Int64.min_int ];
  pairs "nativeint" [ 0n; 1n; -1n; Nativeint.max_int; Nativeint.min_int ];
  pairs "char" [ 'a'; '\000'; '\255' ];
  pairs "bool" [ true; false ];
  pairs "list" [ []; [ 1 ]; [ 1; 2 ]; [ 2 ]; [ 1; 1 ] ];
  pairs "array" [ [||]; [| 1 |]; [| 1; 2 |]; [| 2 |]; [| 0; 0; 0 |] ];
  pairs "float array" [ [||]; [| 1. |]; [| nan |]; [| 1.; nan |]; [| -0. |]; [| 0. |] ];
  pairs "floatarray" [ Float.Array.of_list []; Float.Array.of_list [ 1. ]; Float.Array.of_list [ nan ] ];
  pairs "shape"
    [ Point; Line; Circle 1.; Circle nan; Box { w = 1; h = 2 }; Box { w = 1; h = 3 }; Group []; Group [ Point; Circle 0. ] ];
  pairs "variant" [ `A; `B; `C 1; `D (1, 2); `C 0 ];
  pairs "tuple" [ (1, "a", 1.); (1, "a", nan); (1, "b", 0.); (0, "z", 9.) ];
  pairs "nan inside" [ [ (nan, 1) ]; [ (nan, 2) ]; [ (0., 1) ] ];
  pairs "option" [ None; Some None; Some (Some 1) ];
  pairs "exception" [ Not_found; Failure "a"; Failure "b"; Exit ];
  pairs "lazy" [ Lazy.from_val 1; Lazy.from_val 2; (let l = lazy 1 in ignore (Lazy.force l); l) ];
  pairs "bigarray"
    Bigarray.[ Array1.of_array float64 c_layout [| 1.; nan |]; Array1.of_array float64 c_layout [| 1. |]; Array1.of_array float64 c_layout [| 2.; 0. |] ];
  pairs "mixed"
    [ Obj.repr 1; Obj.repr "x"; Obj.repr 1.5; Obj.repr 1L; Obj.repr 1l; Obj.repr [| 1. |]; Obj.repr (1, 2); Obj.repr (Some 1);
      Obj.repr 1n; Obj.repr (Bigarray.Array1.of_array Bigarray.int Bigarray.c_layout [| 1 |]); Obj.repr (Some 1.5); Obj.repr (lazy 1) ]

(* Values that cannot be compared, found and not found in time. *)
let () =
  pairs "functional" [ Obj.repr Fun.id; Obj.repr succ; Obj.repr 1; Obj.repr "x" ];
  pairs "function in a pair" [ (1, succ); (2, succ); (1, pred) ];
  let f x = x + 1 in
  case "physical" (fun () -> Printf.sprintf "%b %b" (f == f) (compare f f = 0));
  case "= of a function with itself" (fun () -> string_of_bool (f = f));
  pairs "channels" [ stdout ];
  case "abstract" (fun () -> string_of_bool (Obj.new_block Obj.abstract_tag 1 = Obj.new_block Obj.abstract_tag 1));
  let k = { next = None; label = 1 } in
  k.next <- Some k;
  case "cyclic with itself by compare" (fun () -> string_of_int (compare k k));
  let l = { next = None; label = 2 } in
  l.next <- Some l;
  case "cyclic with another" (fun () -> string_of_int (compare { k with label = 0 } { l with label = 3; next = None }));
  case "objects" (fun () ->
      let a = object method m = 1 end in
      let b = object method m = 1 end in
      Printf.sprintf "%d %d %b %b" (compare a a) (compare a b) (a = a) (a = b));
  let module M = struct type t = .. type t += A | B of int end in
  pairs "extension" M.[ A; B 1; B 2 ];
  let rec deep n acc = if n = 0 then acc else deep (n - 1) (Group [ acc; Point ]) in
  let a = deep 200_000 Point and b = deep 200_000 Line in
  case "deep" (fun () -> Printf.sprintf "%d %b %d" (sign (compare a b)) (a = a) (compare a (deep 200_000 Point)));
  case "long lists" (fun () ->
      let a = List.init 300_000 Fun.id in
      Printf.sprintf "%d %d" (compare a (List.init 300_000 Fun.id)) (sign (compare a (List.init 299_999 Fun.id))))

let rec random depth =
  match below (if depth = 0 then 6 else 8) with
  | 0 -> Obj.repr (below 3)
  | 1 -> Obj.repr (pick [| nan; 0.; -0.; 1. |])
  | 2 -> Obj.repr (String.make (below 3) (pick [| 'a'; '\000' |]))
  | 3 -> Obj.repr (Int64.of_int (below 3))
  | 4 -> Obj.repr (Int32.of_int (below 3))
  | 5 -> Obj.repr (Array.init (1 + below 2) (fun _ -> float_of_int (below 2)))
  | _ ->
    let b = Obj.new_block (below 3) (1 + below 3) in
    for i = 0 to Obj.size b - 1 do
      Obj.set_field b i (random (depth - 1))
    done;
    b

let () =
  blocks "random" 2 (fun _ ->
      let a = random 3 in
      let b = random 3 in
      both a b)
