(* Linked before a program whose allocation is measured: at the end of the process, writes the number of words that were
   allocated in the minor heap to the file that BENCH_RESULT names. *)

let () =
  at_exit (fun () ->
      let words = Gc.minor_words () in
      Out_channel.with_open_bin (Sys.getenv "BENCH_RESULT") (fun oc -> Printf.fprintf oc "%.0f\n" words))
