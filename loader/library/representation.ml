open Bactrian__Compiler

exception Unknown of string

let refuse path reason = raise (Unknown (Printf.sprintf "Bactrian.Type.named %S: %s" path reason))
let constructed path arguments = Btype.newgenty (Tconstr (path, arguments, ref Types.Mnil))
let persistent name = Path.Pident (Ident.create_persistent name)
let in_stdlib name = Path.Pdot (persistent "Stdlib", name)

let type_constructors =
  [ Path.Pdot (persistent "Bactrian__Type", "t"); Path.Pdot (Path.Pdot (persistent "Bactrian", "Type"), "t") ]

(* The type that the variable with this path stands for; its value has to be [itself]. *)
let named t path itself =
  let variable =
    match String.split_on_char '.' path with
    | unit :: (_ :: _ as rest) -> List.fold_left (fun p name -> Path.Pdot (p, name)) (persistent unit) rest
    | _ -> refuse path "the path begins with the name of a unit"
  in
  match Env.find_value variable Env.empty with
  | exception Not_found -> refuse path "there is no such variable in an interface that can be seen here"
  | { val_type; _ } -> (
      match Types.get_desc (Ctype.expand_head Env.empty val_type) with
      | Tconstr (constructor, [ argument ], _) when List.exists (Path.same constructor) type_constructors ->
          if Ctype.free_variables argument <> [] then refuse path "its type is polymorphic";
          let value = Environment.value t (Env.find_value_address variable Env.empty) in
          if not (Option.fold ~none:false ~some:(fun value -> value == itself) value) then
            refuse path "the value of this variable is another one";
          argument
      | _ -> refuse path "this is not of type Bactrian.Type.t")

let rec type_expr : type a. Environment.t -> a Type.t -> Types.type_expr =
 fun t ty ->
  match Type.view ty with
  | Unit -> Predef.type_unit
  | Bool -> Predef.type_bool
  | Int -> Predef.type_int
  | Char -> Predef.type_char
  | String -> Predef.type_string
  | Bytes -> Predef.type_bytes
  | Float -> Predef.type_float
  | Int32 -> Predef.type_int32
  | Int64 -> Predef.type_int64
  | Nativeint -> Predef.type_nativeint
  | Exn -> Predef.type_exn
  | List a -> Predef.type_list (type_expr t a)
  | Array a -> Predef.type_array (type_expr t a)
  | Option a -> Predef.type_option (type_expr t a)
  | Lazy a -> Predef.type_lazy_t (type_expr t a)
  | Ref a -> constructed (in_stdlib "ref") [ type_expr t a ]
  | Result (a, e) -> constructed (in_stdlib "result") [ type_expr t a; type_expr t e ]
  | Pair (a, b) -> Btype.newgenty (Ttuple [ type_expr t a; type_expr t b ])
  | Triple (a, b, c) -> Btype.newgenty (Ttuple [ type_expr t a; type_expr t b; type_expr t c ])
  | Quadruple (a, b, c, d) -> Btype.newgenty (Ttuple [ type_expr t a; type_expr t b; type_expr t c; type_expr t d ])
  | Function (a, b) -> Btype.newgenty (Tarrow (Nolabel, type_expr t a, type_expr t b, Types.commu_ok))
  | Named path -> named t path (Obj.repr ty)
