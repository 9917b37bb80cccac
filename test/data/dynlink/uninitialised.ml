let () = print_int Later.value
