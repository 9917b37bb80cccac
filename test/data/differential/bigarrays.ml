(* Bigarrays of every kind and layout (runtime/bigarray.c). *)
open Check
open Bigarray

let join = String.concat " "

(* What is done with every kind: [text] an element, [of_int] make one. *)
let exercise (type a b) name (kind : (a, b) kind) (of_int : int -> a) (text : a -> string) =
  let label s = name ^ " " ^ s in
  let show (type l) (v : (a, b, l) Array1.t) =
    let first = match Array1.layout v with C_layout -> 0 | Fortran_layout -> 1 in
    join (List.init (Array1.dim v) (fun i -> text (Array1.get v (i + first))))
  in
  let a = Array1.init kind c_layout 10 of_int in
  case (label "size") (fun () -> Printf.sprintf "%d %d %d" (kind_size_in_bytes kind) (Array1.size_in_bytes a) (Array1.dim a));
  case (label "elements") (fun () -> show a);
  case (label "wrap") (fun () -> show (Array1.of_array kind c_layout (Array.map of_int [| 127; 128; 255; 256; 32767; 32768; 65535; 65536; -1; -128; -129; -32769 |])));
  case (label "out of bounds") (fun () -> text (Array1.get a 10));
  case (label "negative index") (fun () -> text (Array1.get a (-1)));
  case (label "set out of bounds") (fun () -> Array1.set a 10 (of_int 1); "");
  case (label "unsafe") (fun () -> Array1.unsafe_set a 3 (of_int 77); text (Array1.unsafe_get a 3));
  case (label "sub") (fun () -> let s = Array1.sub a 2 4 in Array1.set s 0 (of_int 99); show s ^ " / " ^ show a);
  case (label "sub bad") (fun () -> show (Array1.sub a 7 4));
  case (label "fill") (fun () -> let b = Array1.create kind c_layout 5 in Array1.fill b (of_int 42); show b);
  case (label "blit") (fun () -> let b = Array1.create kind c_layout 10 in Array1.blit a b; Array1.blit (Array1.sub b 0 5) (Array1.sub b 3 5); show b);
  case (label "blit bad") (fun () -> Array1.blit a (Array1.sub a 0 3); "");
  case (label "fortran") (fun () -> show (Array1.init kind fortran_layout 5 of_int));
  case (label "change_layout") (fun () -> show (Array1.change_layout a fortran_layout));
  let m = Array2.init kind c_layout 3 4 (fun i j -> of_int ((10 * i) + j)) in
  let f = Array2.init kind fortran_layout 3 4 (fun i j -> of_int ((10 * i) + j)) in
  case (label "slices") (fun () -> join [ show (Array2.slice_left m 1); show (Array2.slice_right f 2) ]);
  case (label "sub_left") (fun () -> show (reshape_1 (genarray_of_array2 (Array2.sub_left m 1 2)) 8));
  case (label "sub_right") (fun () -> show (reshape_1 (genarray_of_array2 (Array2.sub_right f 2 2)) 6));
  case (label "transposed") (fun () -> show (reshape_1 (genarray_of_array2 (Array2.change_layout f c_layout)) 12));
  case (label "array2 bounds") (fun () -> text (Array2.get m 2 4));
  case (label "array2 bounds fortran") (fun () -> text (Array2.get f 0 1));
  let g = Genarray.init kind c_layout [| 2; 3; 4 |] (fun i -> of_int ((i.(0) * 12) + (i.(1) * 4) + i.(2))) in
  case (label "genarray") (fun () -> show (reshape_1 g 24));
  case (label "genarray get") (fun () -> text (Genarray.get g [| 1; 2; 3 |]));
  case (label "genarray wrong indices") (fun () -> text (Genarray.get g [| 1; 2 |]));
  case (label "genarray slice") (fun () -> show (reshape_1 (Genarray.slice_left g [| 1 |]) 12));
  case (label "genarray slice all") (fun () -> text (Genarray.get (Genarray.slice_left g [| 1; 2; 3 |]) [||]));
  case (label "reshape bad") (fun () -> show (reshape_1 g 23));
  case (label "array3") (fun () -> let t = array3_of_genarray g in text (Array3.get t 1 0 2) ^ show (Array3.slice_left_1 t 1 1));
  case (label "array0") (fun () -> text (Array0.get (Array0.of_value kind c_layout (of_int 5))));
  case (label "dims") (fun () -> join (List.map string_of_int (Array.to_list (Genarray.dims g))) ^ string_of_int (Genarray.num_dims g));
  case (label "nth_dim bad") (fun () -> string_of_int (Genarray.nth_dim g 3));
  case (label "compare") (fun () ->
      let b = Array1.init kind c_layout 10 of_int in
      let c = Array1.init kind c_layout 10 (fun i -> of_int (if i = 9 then 0 else i)) in
      Array1.set b 2 (Array1.get a 2); Array1.set b 3 (Array1.get a 3);
      Printf.sprintf "%d %b %d %d %d" (compare a b) (a = b) (compare a c) (compare c a) (compare (Array1.sub a 0 3) a));
  case (label "compare kinds") (fun () -> string_of_int (compare (Obj.repr a) (Obj.repr (Array1.init char c_layout 10 (fun _ -> 'x')))));
  case (label "hash") (fun () -> Printf.sprintf "%d %d" (Hashtbl.hash a) (Hashtbl.hash m));
  List.iter
    (fun (what, v) ->
      case (label ("marshal " ^ what)) (fun () ->
          let s = Marshal.to_string v [] in
          Printf.sprintf "%s %d" (hex_or_digest s) (compare (Marshal.from_string s 0) v)))
    [ ("1", Obj.repr a); ("2", Obj.repr m); ("fortran", Obj.repr f); ("3", Obj.repr g); ("empty", Obj.repr (Array1.create kind c_layout 0));
      ("long", Obj.repr (Array1.init kind c_layout 70_000 of_int)); ("shared", Obj.repr (a, a)); ("0", Obj.repr (Array0.of_value kind fortran_layout (of_int 3))) ];
  blocks (label "random") 1 (fun _ -> Array1.set a 1 (of_int (Check.int ())); text (Array1.get a 1))

let float_text x = Printf.sprintf "%h" x
let complex_text { Complex.re; im } = Printf.sprintf "%h+%hi" re im

let () =
  exercise "int8_signed" int8_signed Fun.id string_of_int;
  exercise "int8_unsigned" int8_unsigned Fun.id string_of_int;
  exercise "int16_signed" int16_signed Fun.id string_of_int;
  exercise "int16_unsigned" int16_unsigned Fun.id string_of_int;
  exercise "int32" int32 (fun i -> Int32.of_int (i * 3)) Int32.to_string;
  exercise "int64" int64 (fun i -> Int64.of_int (i * 3)) Int64.to_string;
  exercise "int" int (fun i -> i * 5) string_of_int;
  exercise "nativeint" nativeint Nativeint.of_int Nativeint.to_string;
  exercise "float16" float16 (fun i -> float_of_int i /. 7.) float_text;
  exercise "float32" float32 (fun i -> float_of_int i /. 7.) float_text;
  exercise "float64" float64 (fun i -> float_of_int i /. 7.) float_text;
  exercise "complex32" complex32 (fun i -> { Complex.re = float_of_int i; im = float_of_int i /. 3. }) complex_text;
  exercise "complex64" complex64 (fun i -> { Complex.re = float_of_int i; im = float_of_int i /. 3. }) complex_text;
  exercise "char" char (fun i -> Char.chr (i land 255)) Char.escaped

let () =
  let small = Array1.create float16 c_layout 1 and single = Array1.create float32 c_layout 1 in
  let store v x = Array1.set v 0 x; float_text (Array1.get v 0) in
  List.iter
    (fun x -> case (Printf.sprintf "rounding %h" x) (fun () -> store small x ^ " " ^ store single x))
    [
      0.; -0.; 65504.; 65519.; 65520.; 1e10; infinity; neg_infinity; nan; 6.1e-5; 6.0e-8; 2.98e-8; 2.99e-8; 1e-9; 1.00048828125; 1.000488281250001;
      1.00048828125000001; 1.00146484375; 2049.; 2051.; -2049.; 0x1.ffcp-15; 0x1.ffep-15; 1e-46; 3.5e38; 0x1.002001p0; 0x1.0020000001p0;
    ];
  blocks "float16" 2 (fun _ -> let x = Check.float () in if Float.is_nan x then "" else store small x ^ " " ^ store single x);
  blocks "float16, small" 1 (fun _ -> store small (Float.ldexp (Float.of_int (below 0x100000)) (-(below 50))));
  let odd f = case "odd" f in
  odd (fun () -> ignore (Genarray.create char c_layout [| 2; -1 |]); "created");
  odd (fun () -> ignore (Genarray.create char c_layout (Array.make 17 1)); "created");
  odd (fun () -> string_of_int (Genarray.num_dims (Genarray.create char c_layout (Array.make 16 1))));
  odd (fun () -> ignore (Array2.create float64 c_layout max_int max_int); "created");
  odd (fun () -> string_of_int (Array2.dim1 (Array2.create float64 c_layout max_int 0)));
  odd (fun () -> string_of_int (Array1.dim (Array1.sub (Array1.create char c_layout 5) 5 0)));
  let b = Array1.init char c_layout 20 (fun i -> Char.chr (i * 11)) in
  odd (fun () -> Digest.to_hex (Digest.string (String.init 20 (Array1.get b))))

external get16 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int = "%caml_bigstring_get16"
external get32 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int32 = "%caml_bigstring_get32"
external get64 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int64 = "%caml_bigstring_get64"
external set16 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int -> unit = "%caml_bigstring_set16"
external set32 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int32 -> unit = "%caml_bigstring_set32"
external set64 : (char, int8_unsigned_elt, c_layout) Array1.t -> int -> int64 -> unit = "%caml_bigstring_set64"

let () =
  let b = Array1.init char c_layout 16 (fun i -> Char.chr (i * 19 land 255)) in
  blocks "bigstring" 1 (fun _ ->
      let at () = below 19 - 1 in
      let n = Check.int64 () in
      (match below 3 with
       | 0 -> set16 b (at ()) (Int64.to_int n)
       | 1 -> set32 b (at ()) (Int64.to_int32 n)
       | _ -> set64 b (at ()) n);
      let i = at () in
      Printf.sprintf "%d %ld %Ld" (get16 b i) (get32 b i) (get64 b i))
