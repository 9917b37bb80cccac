open Bactrian__Compiler

(* Code is quoted, and nothing is coloured. *)
let mark : Format.stag -> string = function Format.String_tag "inline_code" -> "\"" | _ -> ""

let to_string ?margin print =
  let buffer = Buffer.create 128 in
  let ppf = Format.formatter_of_buffer buffer in
  Option.iter (Format.pp_set_margin ppf) margin;
  let functions = Format.pp_get_formatter_stag_functions ppf () in
  Format.pp_set_formatter_stag_functions ppf { functions with mark_open_stag = mark; mark_close_stag = mark };
  Format.pp_set_mark_tags ppf true;
  print ppf;
  Format.pp_print_flush ppf ();
  Buffer.contents buffer

(* Lines are for those who show messages to break. *)
let text doc = String.trim (to_string ~margin:100_000 (fun ppf -> Format_doc.Doc.format ppf doc))

let position (p : Lexing.position) : Report.position = { line = p.pos_lnum; column = p.pos_cnum - p.pos_bol }

let start : Report.position = { line = 1; column = 0 }

let location (loc : Location.t) : Report.location option =
  if Location.is_none loc then None
  else if loc.loc_start.pos_cnum < 0 then Some { source = loc.loc_start.pos_fname; first = start; last = start }
  else Some { source = loc.loc_start.pos_fname; first = position loc.loc_start; last = position loc.loc_end }

let message ({ txt; loc } : Location.msg) = (text txt, location loc)

let of_report ({ kind; main; sub; footnote } : Location.report) : Report.t =
  let message_text, location = message main in
  let code =
    match kind with
    | Report_error -> None
    | Report_warning code | Report_warning_as_error code | Report_alert code | Report_alert_as_error code -> Some code
  in
  let footnotes = match footnote with None -> [] | Some doc -> [ (text doc, None) ] in
  { code; message = message_text; location; details = List.map message sub @ footnotes }

(* A warning that is an error is among the reports before. *)
let reports : Report.t list ref = ref []

let of_exn exn : Report.t option =
  match Location.error_of_exn exn with
  | Some (`Ok report) -> Some (of_report report)
  | Some `Already_displayed | None -> None

let keep reporter loc what =
  Option.iter (fun report -> reports := of_report report :: !reports) (reporter loc what);
  None

let during f =
  reports := [];
  Location.warning_reporter := keep Location.default_warning_reporter;
  Location.alert_reporter := keep Location.default_alert_reporter;
  let result = f () in
  (result, List.rev !reports)
