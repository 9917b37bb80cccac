type position = { line : int; column : int }
type location = { source : string; first : position; last : position }

type t = {
  code : string option;
  message : string;
  location : location option;
  details : (string * location option) list;
}

let place { source; first; last } =
  let lines =
    if first.line = last.line then Printf.sprintf "line %d" first.line
    else Printf.sprintf "lines %d-%d" first.line last.line
  in
  Printf.sprintf "File %S, %s, characters %d-%d:\n" source lines first.column last.column

let to_string { code; message; location; details } =
  let at location = Option.fold ~none:"" ~some:place location in
  let kind = match code with None -> "Error: " | Some code -> Printf.sprintf "Warning %s: " code in
  let detail (message, location) = "\n" ^ at location ^ message in
  at location ^ kind ^ message ^ String.concat "" (List.map detail details)
