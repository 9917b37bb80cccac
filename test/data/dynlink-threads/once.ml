let () = Board.note "once is initialised" (Board.busy 500 - Board.busy 500 + 1)
