exception Enough of int
let () = ignore (Board.busy 100); raise (Enough 3)
