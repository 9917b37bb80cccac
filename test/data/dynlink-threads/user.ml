let () = Board.note "user sees base" (Base.double 21 + Base.power - Board.busy 300)
