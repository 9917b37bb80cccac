open Bactrian__Compiler

(* As the toplevel has them (toplevel/topcommon.ml). *)
let max_steps = 300
let max_depth = 100

let printer t =
  let module Printer =
    Genprintval.Make
      (Obj)
      (struct
        type valu = Obj.t

        exception Error

        let eval_address address = match Environment.value t address with Some value -> value | None -> raise Error
        let same_value = ( == )
      end)
  in
  Printer.outval_of_value max_steps max_depth (fun _ _ _ -> None)

let type_of ty = Out_type.prepare_for_printing [ ty ]; Out_type.tree_of_typexp Out_type.Type_scheme ty

let value_of_item (t : Environment.t) typing : Types.signature_item -> Outcometree.out_value option = function
  | Sig_value (id, { val_kind = Val_reg; val_type; _ }, _) ->
      let value = Environment.value t (Aident id) in
      Option.map (fun value -> printer t typing value val_type) value
  | _ -> None

(* The expression whose value the phrase gives. *)
let last_expression (structure : Typedtree.structure) =
  match List.rev structure.str_items with
  | { str_desc = Tstr_eval (expression, _); _ } :: _ -> Some expression
  | _ -> None

let phrase (t : Environment.t) ({ structure; signature; typing; _ } : Phrase.t) value =
  Printtyp.wrap_printing_env ~error:false typing (fun () ->
      let items = Out_type.print_items (value_of_item t) typing signature in
      let phrases : Outcometree.out_phrase list =
        (if items = [] then [] else [ Outcometree.Ophr_signature items ])
        @
        match last_expression structure with
        | Some { exp_type; _ } -> [ Ophr_eval (printer t typing value exp_type, type_of exp_type) ]
        | None -> []
      in
      Diagnostics.to_string (fun ppf -> List.iter (!Oprint.out_phrase ppf) phrases))

let scheme typing ty =
  Printtyp.wrap_printing_env ~error:false typing (fun () ->
      Diagnostics.to_string (fun ppf -> Format_doc.compat !Oprint.out_type ppf (type_of ty)))
