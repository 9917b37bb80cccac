open Bactrian__Compiler

exception Forbidden of Location.t * string

type expected = Nothing | Value of Types.type_expr

type t = {
  structure : Typedtree.structure;
  signature : Types.signature;
  typing : Env.t;
  lambda : Lambda.lambda;
}

let lexbuf ~name source =
  let lexbuf = Lexing.from_string source in
  Location.init lexbuf name;
  Location.input_name := name;
  Location.input_lexbuf := Some lexbuf;
  lexbuf

let parse ~name source = Parse.implementation (lexbuf ~name source)
let parse_interface ~name source = Parse.interface (lexbuf ~name source)
let parse_module_path path = Parse.simple_module_path (lexbuf ~name:path path)

(* ---- Sandboxes ----------------------------------------------------------------------------------------------------------- *)

let primitives_forbidden : Ast_iterator.iterator =
  let value_description (iterator : Ast_iterator.iterator) (description : Parsetree.value_description) =
    if description.pval_prim <> [] then raise (Forbidden (description.pval_loc, "external is not allowed here"));
    Ast_iterator.default_iterator.value_description iterator description
  in
  { Ast_iterator.default_iterator with value_description }

let check_allowed (t : Environment.t) structure =
  if t.sandbox <> None then primitives_forbidden.structure primitives_forbidden structure

let check_allowed_interface (t : Environment.t) signature =
  if t.sandbox <> None then primitives_forbidden.signature primitives_forbidden signature

(* ---- Typing ---------------------------------------------------------------------------------------------------------------- *)

let error loc message = raise (Location.Error (Location.error ~loc message))

(* The definitions, and the expression after them. *)
let split_last (structure : Parsetree.structure) =
  match List.rev structure with
  | { pstr_desc = Pstr_eval (expression, _); _ } :: definitions -> (List.rev definitions, expression)
  | { pstr_loc; _ } :: _ -> error pstr_loc "This should be an expression, whose value is asked for"
  | [] -> error Location.none "There is no expression whose value could be given"

let type_value env ty expression =
  Ctype.with_local_level_generalize (fun () ->
      Typetexp.TyVarEnv.reset ();
      Typecore.type_expect env expression (Typecore.mk_expected (Ctype.instance ty)))

let type_definitions env structure =
  let typed, signature, names, _shape, typing = Typemod.type_toplevel_phrase env structure in
  let visible = Typemod.Signature_names.simplify typing names signature in
  Includemod.check_implementation env signature visible;
  (typed, visible, typing)

let with_value (structure : Typedtree.structure) typing ty (expression : Parsetree.expression) =
  let typed = type_value typing ty expression in
  let item = { Typedtree.str_desc = Tstr_eval (typed, []); str_loc = expression.pexp_loc; str_env = typing } in
  { structure with str_items = structure.str_items @ [ item ] }

let type_all env expected structure =
  match expected with
  | Nothing -> type_definitions env structure
  | Value ty ->
      let definitions, expression = split_last structure in
      let typed, signature, typing = type_definitions env definitions in
      (with_value typed typing ty expression, signature, typing)

let check (t : Environment.t) expected structure =
  check_allowed t structure;
  Typecore.reset_delayed_checks ();
  let structure, signature, typing = type_all t.typing expected structure in
  Typecore.force_delayed_checks ();
  let lambda = Translmod.transl_toplevel_definition structure in
  Warnings.check_fatal ();
  Cmt_format.clear ();
  { structure; signature; typing; lambda }
