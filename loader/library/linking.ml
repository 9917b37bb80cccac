open Bactrian__Compiler

exception Refused of string
exception Forbidden of string

let refuse format = Printf.ksprintf (fun reason -> raise (Refused reason)) format

(* The unit through which the code of phrases reads and writes what is defined (lambda/translmod.ml). *)
let access_unit = "Toploop"

(* The interface that a unit of the program has been compiled with. *)
let linked_interface (t : Environment.t) name =
  match List.assoc_opt name t.units with
  | Some unit -> Loader.interface unit
  | None -> Loader.interface_of name

let check_unit (t : Environment.t) name =
  if not (Environment.allows t name) then raise (Forbidden (Printf.sprintf "the unit %s is not allowed here" name));
  if Option.is_none (Environment.unit_block t name) then
    refuse "the unit %s is not part of this program, or not initialised yet. Link it (-linkall), or load it first" name;
  let seen = Option.join (List.assoc_opt name (Env.imports ())) in
  match (seen, linked_interface t name) with
  | Some seen, Some linked when not (Digest.equal seen linked) ->
      refuse "the interface of %s that source text is checked against is not the one that the program has. Embed it again" name
  | _ -> ()

let check t relocations =
  let one (relocation, _) =
    match (relocation : Cmo_format.reloc_info) with
    | Reloc_getcompunit (Compunit name) when name <> access_unit -> check_unit t name
    | Reloc_getcompunit _ | Reloc_literal _ | Reloc_getpredef _ | Reloc_setcompunit _ | Reloc_primitive _ -> ()
  in
  List.iter one relocations

(* Units that are the environment's own are constants of the code. *)
let own (t : Environment.t) access : Cmo_format.reloc_info * int -> Cmo_format.reloc_info * int = function
  | Reloc_getcompunit (Compunit name), at when name = access_unit -> (Reloc_literal access, at)
  | (Reloc_getcompunit (Compunit name), at) as relocation -> (
      match List.assoc_opt name t.units with
      | None -> relocation
      | Some unit -> (
          match Loader.block unit with
          | Some block -> (Reloc_literal block, at)
          | None -> relocation))
  | relocation -> relocation

(* The same type under another name: Dynlink has its own copy of cmo_format.mli. *)
external for_dynlink : (Cmo_format.reloc_info * int) list -> (Dynlink_cmo_format.reloc_info * int) list = "%identity"

let problem : Dynlink_symtable.error -> string = function
  | Undefined_global global -> Dynlink_symtable.Global.name global ^ " is not part of this program"
  | Unavailable_primitive name -> "there is no primitive " ^ name
  | Wrong_vm _ -> "it is for another machine"
  | Uninitialized_global global -> Dynlink_symtable.Global.name global ^ " is not initialised yet"

(* Use Dynlink's symbol table, and the toplevel's, which is the same one, if the program is a toplevel. *)
let with_symbols f =
  let toplevel = Dynlink_bactrian.toplevel () in
  let take ({ current_state; _ } : Dynlink_bactrian.toplevel) = Dynlink_symtable.restore_state (Obj.obj (current_state ())) in
  let give ({ restore_state; _ } : Dynlink_bactrian.toplevel) = restore_state (Obj.repr (Dynlink_symtable.current_state ())) in
  Mutex.protect Dynlink_shared.lock (fun () ->
      Option.iter take toplevel;
      Fun.protect f ~finally:(fun () -> Option.iter give toplevel))

let phrase t scope lambda =
  let instructions, temporary = Bytegen.compile_phrase (Simplif.simplify_lambda lambda) in
  let code, relocations, events = Emitcode.to_memory instructions in
  check t relocations;
  let relocations = for_dynlink (List.map (own t (Environment.access scope)) relocations) in
  let link () =
    let before = Dynlink_symtable.current_state () in
    match
      Dynlink_symtable.patch_object code relocations;
      Dynlink_symtable.check_global_initialized relocations;
      Dynlink_symtable.update_global_table ();
      Meta.reify_bytecode code [| events |] None
    with
    | bytecode, start -> (before, Dynlink_symtable.current_state (), bytecode, start)
    | exception exn -> (
        Dynlink_symtable.restore_state before;
        match exn with
        | Dynlink_symtable.Error error -> refuse "%s" (problem error)
        | exn -> raise exn)
  in
  let before, after, bytecode, start = with_symbols link in
  (* Code without functions is not needed any more when it has run, nor are its constants. *)
  let release () =
    if temporary then begin
      Meta.release_bytecode bytecode;
      with_symbols (fun () -> if Dynlink_symtable.current_state () == after then Dynlink_symtable.restore_state before)
    end
  in
  fun () ->
    let outcome =
      match start () with
      | value -> Ok value
      | exception exn ->
          let backtrace = if Printexc.backtrace_status () then Printexc.get_backtrace () else "" in
          Error (exn, backtrace)
    in
    release ();
    outcome
