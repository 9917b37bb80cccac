(* Signals: masks, waiting for them, requests that they interrupt, exceptions of handlers. *)
open Unix
let () =
  Sys.set_signal Sys.sigusr1 (Sys.Signal_handle (fun _ -> print_endline "usr1"));
  let old = sigprocmask SIG_BLOCK [Sys.sigusr1] in
  let pid = create_process "sh" [|"sh"; "-c"; Printf.sprintf "sleep 0.3; kill -USR1 %d; sleep 0.2" (getpid ())|] stdin stdout stderr in
  print_endline "waiting";
  sigsuspend old;
  print_endline "after";
  ignore (waitpid [] pid);
  kill (getpid ()) Sys.sigusr1;
  Printf.printf "pending %b\n%!" (sigpending () = [Sys.sigusr1]);
  sigsuspend old;
  print_endline "after 2";
  ignore (sigprocmask SIG_SETMASK old);
  (* an exception from the handler *)
  Sys.set_signal Sys.sigalrm (Sys.Signal_handle (fun _ -> raise Exit));
  for i = 1 to 2 do
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try pause (); print_endline "no" with Exit -> print_endline "Exit from pause") done;
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try sleepf 1.; print_endline "no" with Exit -> print_endline "Exit from sleep");
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try ignore (select [] [] [] 1.); print_endline "no" with Exit -> print_endline "Exit from select");
  Sys.set_signal Sys.sigalrm (Sys.Signal_handle (fun _ -> print_endline "alarm"));
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try ignore (select [] [] [] 1.); print_endline "no" with Unix_error (e, f, _) -> print_endline (error_message e ^ f));
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try ignore (system "sleep 0.3"); print_endline "system" with Unix_error (e, f, _) -> print_endline (error_message e ^ f));
  let (i, o) = pipe () in
  ignore (setitimer ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
  (try ignore (read i (Bytes.create 1) 0 1); print_endline "no" with Unix_error (e, f, _) -> print_endline (error_message e ^ f))
