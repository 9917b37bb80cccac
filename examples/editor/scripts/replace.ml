(* [replace a b c "abcab"] is "cbccb" for a = "a" and b = "c". *)
let replace pattern by line =
  let n = String.length pattern in
  let rec go at =
    if at + n > String.length line then [ String.sub line at (String.length line - at) ]
    else if String.sub line at n = pattern then by :: go (at + n)
    else String.make 1 line.[at] :: go (at + 1)
  in
  String.concat "" (go 0)

let () =
  Commands.define "replace" ~doc:"replace A B: every A becomes B" (fun text arguments ->
      match arguments with
      | [ pattern; by ] when pattern <> "" -> Text.map text (replace pattern by)
      | _ -> failwith "usage: replace A B")
