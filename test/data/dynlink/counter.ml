let n = ref 0
let () = Registry.register "count" (fun () -> incr n; !n)
