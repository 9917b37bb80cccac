module Names = Set.Make (String)

type t = { units : Names.t; hidden : string list }

(* Stdlib.List is the unit Stdlib__List. *)
let unit_name name =
  match String.split_on_char '.' name with
  | [ "Stdlib"; inner ] -> "Stdlib__" ^ inner
  | _ -> name

let make ?(hidden = []) modules = { units = Names.of_list (List.map unit_name modules); hidden }
let add sandbox modules = { sandbox with units = Names.add_seq (List.to_seq (List.map unit_name modules)) sandbox.units }

(* Calls that the compiler writes into code, and the constructors of format strings. *)
let internal = [ "CamlinternalFormatBasics"; "CamlinternalLazy"; "CamlinternalMod"; "CamlinternalOO" ]
let allows { units; _ } ~unit_name = Names.mem unit_name units || List.mem unit_name internal

let is_standard unit_name = unit_name = "Stdlib" || String.starts_with ~prefix:"Stdlib__" unit_name

(* Stdlib__List as source text calls it. *)
let source_name unit_name =
  let prefix = "Stdlib__" in
  if not (String.starts_with ~prefix unit_name) then unit_name
  else
    let from = String.length prefix in
    "Stdlib." ^ String.sub unit_name from (String.length unit_name - from)

let matches name pattern =
  match String.ends_with ~suffix:"*" pattern with
  | true -> String.starts_with ~prefix:(String.sub pattern 0 (String.length pattern - 1)) name
  | false -> String.equal name pattern

let hides { hidden; _ } ~unit_name ~path name =
  (is_standard unit_name && String.starts_with ~prefix:"unsafe_" name)
  || List.exists (matches (String.concat "." ((source_name unit_name :: path) @ [ name ]))) hidden

let computing =
  "Array ArrayLabels Atomic Bool Buffer Bytes BytesLabels Char Complex Dynarray Either Float Format Fun Hashtbl Int Int32 \
   Int64 Lazy List ListLabels Map MoreLabels Nativeint Oo Option Printf Queue Random Result Seq Set Stack StdLabels String \
   StringLabels Type Uchar Unit"

(* Channels, the program's end, and how the program's own formatters print. *)
let not_computing =
  "stdin stdout stderr open_* output* input* close_* seek_* pos_* in_channel_length out_channel_length set_binary_mode_* \
   flush flush_all read_* LargeFile.* exit at_exit do_at_exit do_domain_local_at_exit exit_function Format.formatter_of_out_channel Format.synchronized_formatter_of_out_channel \
   Format.set_* Format.pp_set_formatter_*"

let words text = List.filter (fun word -> word <> "") (String.split_on_char ' ' text)
let in_stdlib name = "Stdlib." ^ name

let safe =
  make ~hidden:(List.map in_stdlib (words not_computing)) ("Stdlib" :: List.map in_stdlib (words computing))
