let power = Board.busy 300
let double x = 2 * x
let () = Board.note "base is initialised" 1
