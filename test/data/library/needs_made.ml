let () = Printf.printf "Needs_made: %d\n" (Made.apply (fun x -> x + Made.answer))
let doubled = 2 * Made.answer
