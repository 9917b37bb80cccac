let is_native = Sys.runtime_variant () = "native"

let adapt_filename file = if is_native then Filename.chop_extension file ^ ".cmxs" else file

let warn missing found =
  if Sys.getenv_opt "BACTRIAN_WARNINGS" <> Some "0" then
    Printf.eprintf "Warning: there is no %s; %s is loaded (BACTRIAN_WARNINGS=0: no such warnings)\n%!" missing found

let existing_form file =
  let other_forms =
    match Filename.extension file with
    | ".cmo" | ".cma" -> [ ".cmxs" ]
    | ".cmxs" -> [ ".cma"; ".cmo" ]
    | _ -> []
  in
  let form extension = Filename.remove_extension file ^ extension in
  if Sys.file_exists file then file
  else
    match List.find_opt Sys.file_exists (List.map form other_forms) with
    | None -> file
    | Some found -> warn file found; found

external set_channel_name : in_channel -> string -> unit = "caml_ml_set_channel_name"

let open_code file =
  let channel = match Dynlink_shared.open_in_memory file with Some channel -> channel | None -> open_in_bin file in
  match set_channel_name channel "native plugin" (* loader/dynlink.ts: PLUGIN_CHANNEL *) with
  | () -> channel
  | exception exn -> close_in_noerr channel; raise exn

let leave_values_marshalled channel = set_channel_name channel "raw values" (* runtime/primitives/channels.ts: RAW_CHANNEL *)

(* bytecode/formats/requirements.ts *)
let magic = "BactrianRequires"
let digits = 8

let requirements channel =
  let footer = digits + String.length magic in
  let before length = in_channel_length channel - footer - length in
  let read at length = seek_in channel at; really_input_string channel length in
  let requirement line =
    match String.split_on_char ' ' line with
    | [ unit; digest ] -> Some (unit, Digest.from_hex digest)
    | _ -> None
  in
  if before 0 < 0 then []
  else
    let found = read (before 0) footer in
    if String.sub found digits (String.length magic) <> magic then []
    else
      let length = int_of_string (String.sub found 0 digits) in
      List.filter_map requirement (String.split_on_char '\n' (read (before length) length))

type toplevel = {
  current_state : unit -> Obj.t;
  restore_state : Obj.t -> unit;
  interfaces : unit -> (string * Digest.t option) list;
  import : string -> (string * Digest.t option) list -> unit;
}

external bytecode_sections : unit -> Obj.t = "caml_dynlink_get_bytecode_sections"

(* OCaml's runtime returns a record of four fields. Bactrian adds what a toplevel has registered as "Bactrian.linker". *)
let registered () =
  let sections = bytecode_sections () in
  if Obj.size sections > 4 then Some (Obj.obj (Obj.field sections 4) : toplevel) else None

let known = ref None

let toplevel () =
  if Option.is_none !known then known := registered ();
  !known
