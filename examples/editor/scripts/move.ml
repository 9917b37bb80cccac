let () =
  Commands.define "move" ~doc:"move FROM TO: a line to another place" (fun text arguments ->
      match List.map int_of_string arguments with
      | [ from; into ] ->
          let line = Text.line text from in
          Text.delete text from;
          Text.insert text into line
      | _ -> failwith "usage: move FROM TO")

let () =
  Commands.define "count" ~doc:"lines and words" (fun text _ ->
      let words line = List.length (List.filter (( <> ) "") (String.split_on_char ' ' line)) in
      Printf.printf "%d lines, %d words\n" (Text.length text) (Text.fold text (fun n line -> n + words line) 0))
