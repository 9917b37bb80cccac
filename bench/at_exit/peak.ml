(* Linked before a program whose memory is measured: at the end of the process, writes the peak of its resident memory
   (VmHWM of Linux, in KiB) to the file that BENCH_RESULT names. The program itself is not changed, and both runtimes are
   measured in the same way. *)

let peak () =
  In_channel.with_open_bin "/proc/self/status" (fun ic ->
      let rec find () =
        match In_channel.input_line ic with
        | None -> failwith "no VmHWM in /proc/self/status"
        | Some line -> ( try Scanf.sscanf line "VmHWM: %d kB" Fun.id with Scanf.Scan_failure _ | End_of_file -> find ())
      in
      find ())

let () =
  at_exit (fun () ->
      Out_channel.with_open_bin (Sys.getenv "BENCH_RESULT") (fun oc -> Printf.fprintf oc "%d\n" (peak ())))
