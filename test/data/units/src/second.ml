let twice t = First.get t + First.get t
let () = if twice (First.make 1) <> 2 then raise Exit
