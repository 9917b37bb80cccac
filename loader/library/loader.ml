type tier = Interpreted | Native

type t =
  | Initial of { name : string; interface : Digest.t option }
  | Linked of Dynlink_shared.linked

(* ---- Loading --------------------------------------------------------------------------------------------------------- *)

let loads = Atomic.make 0

let load ?tier ?(name = "unit") ?(is_private = false) contents =
  (* Dynlink leaves absolute names as they are; each load has its own. *)
  let file = Printf.sprintf "/memory/%d/%s" (Atomic.fetch_and_add loads 1) name in
  let tier = match tier with None -> 0 | Some Interpreted -> 1 | Some Native -> 2 in
  Dynlink_shared.with_file file
    (fun () -> Memory.open_compiled contents tier)
    (fun () -> (if is_private then Dynlink.loadfile_private else Dynlink.loadfile) file);
  List.filter_map
    (fun (unit : Dynlink_shared.linked) -> if unit.file = file then Some (Linked unit) else None)
    (Dynlink_shared.all ())

(* ---- What is there --------------------------------------------------------------------------------------------------- *)

(* The record of Dynlink_symtable. *)
external sections : unit -> Obj.t * (string * Digest.t option) list * string list * string list = "caml_dynlink_get_bytecode_sections"
external closure_is_native : (unit -> Obj.t) -> bool = "bactrian_closure_is_native"

let program_crcs =
  lazy
    (let _, crcs, _, _ = sections () in
     crcs)

let program_interfaces () = Lazy.force program_crcs

let units () =
  let interface name = Option.join (List.assoc_opt name (program_interfaces ())) in
  let initial = List.map (fun name -> Initial { name; interface = interface name }) (Dynlink.main_program_units ()) in
  initial @ List.map (fun unit -> Linked unit) (Dynlink_shared.all ())

let unit_name (Dynlink_cmo_format.Compunit name) = name
let name = function Initial { name; _ } -> name | Linked { descriptor; _ } -> unit_name descriptor.cu_name

let tier unit =
  let native = match unit with Initial _ -> Dynlink_bactrian.is_native | Linked { start; _ } -> closure_is_native start in
  if native then Native else Interpreted

let file = function Initial _ -> Sys.executable_name | Linked { file; _ } -> file
let is_initial = function Initial _ -> true | Linked _ -> false
let is_private = function Initial _ -> false | Linked { is_private; _ } -> is_private
let imports = function Initial _ -> [] | Linked { descriptor; _ } -> descriptor.cu_imports

let interface unit =
  match unit with
  | Initial { interface; _ } -> interface
  | Linked _ -> Option.join (List.assoc_opt (name unit) (imports unit))

let implementation = function Initial _ -> None | Linked { code; _ } -> Some code

let block = function
  | Linked unit -> Dynlink_shared.value unit
  | Initial { name; _ } -> (
      match Dynlink_symtable.(get_global_value (Global.Glob_compunit (Compunit name))) with
      | value -> Some value
      | exception Dynlink_symtable.Error _ -> None)

let interface_of name =
  match Option.join (List.assoc_opt name (program_interfaces ())) with
  | Some _ as digest -> digest
  | None ->
      let public (unit : Dynlink_shared.linked) = (not unit.is_private) && unit_name unit.descriptor.cu_name = name in
      Option.bind (List.find_opt public (Dynlink_shared.all ())) (fun unit -> interface (Linked unit))
