let f x = x + 1
let () = if f 1 = 2 then failwith "not today"
