let () = Printf.printf "%d cells live\n" (Life.run (int_of_string Sys.argv.(1)))
