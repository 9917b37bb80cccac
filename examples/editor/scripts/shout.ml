let () = Commands.define "shout" ~doc:"all in upper case" (fun text _ -> Text.map text String.uppercase_ascii)
