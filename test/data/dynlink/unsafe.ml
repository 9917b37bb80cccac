external size : 'a array -> int = "caml_array_length_of_bactrian_tests"
let () = print_int (size [| 1 |])
