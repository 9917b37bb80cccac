let () = print_int Absent.value
