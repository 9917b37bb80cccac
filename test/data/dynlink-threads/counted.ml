let count = ref 0
let next () = incr count; !count
let () = ignore (next ()); ignore (Board.busy 100); Board.note "a private instance counts to" (next ())
