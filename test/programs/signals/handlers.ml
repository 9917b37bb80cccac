(* Handlers: arguments, former behaviours, exceptions, masks, timers, threads that take signals. *)
let say fmt = Printf.printf (fmt ^^ "\n%!")
let me = Unix.getpid ()

let () =
  let n = ref 0 in
  let old = Sys.signal Sys.sigusr1 (Sys.Signal_handle (fun s -> incr n; say "usr1 %b" (s = Sys.sigusr1))) in
  say "%b" (old = Sys.Signal_default);
  Unix.kill me Sys.sigusr1;
  say "n = %d" !n;
  let depth = ref 0 and most = ref 0 and count = ref 0 in
  Sys.set_signal Sys.sigusr2
    (Sys.Signal_handle
       (fun _ ->
         incr depth;
         incr count;
         most := max !most !depth;
         if !count < 5 then Unix.kill me Sys.sigusr2;
         for _ = 1 to 100_000 do ignore (Sys.opaque_identity (ref 0)) done;
         decr depth));
  Unix.kill me Sys.sigusr2;
  while !count < 5 do ignore (Sys.opaque_identity (ref 0)) done;
  say "count %d, most at a time %d" !count !most;
  Sys.set_signal Sys.sigterm (Sys.Signal_handle (fun _ -> raise Exit));
  for _ = 1 to 2 do
    try Unix.kill me Sys.sigterm; say "?" with Exit -> say "Exit"
  done;
  ignore (Unix.sigprocmask Unix.SIG_BLOCK [ Sys.sigusr1 ]);
  Unix.kill me Sys.sigusr1;
  say "blocked: n = %d, pending %b" !n (Unix.sigpending () = [ Sys.sigusr1 ]);
  let old = Unix.sigprocmask Unix.SIG_UNBLOCK [ Sys.sigusr1 ] in
  say "unblocked: n = %d %b" !n (old = [ Sys.sigusr1 ]);
  let ticks = ref 0 in
  let every seconds = ignore (Unix.setitimer Unix.ITIMER_REAL { it_interval = seconds; it_value = seconds }) in
  Sys.set_signal Sys.sigalrm (Sys.Signal_handle (fun _ -> incr ticks));
  every 0.02;
  let start = Unix.gettimeofday () in
  Unix.sleepf 0.5;
  let took = Unix.gettimeofday () -. start in
  say "slept on %b, ticks %b" (took >= 0.49 && took < 2.) (!ticks > 5);
  ticks := 0;
  while !ticks < 5 do () done;
  every 0.;
  let old = Sys.signal Sys.sigusr1 Sys.Signal_ignore in
  say "%b" (match old with Sys.Signal_handle _ -> true | _ -> false);
  Unix.kill me Sys.sigusr1;
  say "%b n = %d" (Sys.signal Sys.sigusr1 Sys.Signal_default = Sys.Signal_ignore) !n;
  (match Sys.signal Sys.sigkill Sys.Signal_ignore with _ -> say "?" | exception Sys_error m -> say "%s" m);
  (match Sys.signal 1000 Sys.Signal_ignore with _ -> say "?" | exception Invalid_argument m -> say "%s" m);
  ignore (Thread.sigmask Unix.SIG_BLOCK [ Sys.sighup; Sys.sigint ]);
  let t =
    Thread.create
      (fun () ->
        for _ = 1 to 2 do
          let s = Thread.wait_signal [ Sys.sighup; Sys.sigint ] in
          say "waited: hup %b int %b" (s = Sys.sighup) (s = Sys.sigint)
        done;
        let old = Thread.sigmask Unix.SIG_SETMASK [] in
        say "its mask: %d" (List.length old))
      ()
  in
  Thread.delay 0.1;
  Unix.kill me Sys.sighup;
  Thread.delay 0.1;
  Unix.kill me Sys.sigint;
  Thread.join t;
  say "mine: %d" (List.length (Thread.sigmask Unix.SIG_BLOCK []));
  let r, _ = Unix.pipe () in
  Sys.set_signal Sys.sigalrm (Sys.Signal_handle (fun _ -> say "alarm"));
  let interrupted f =
    ignore (Unix.setitimer Unix.ITIMER_REAL { it_interval = 0.; it_value = 0.1 });
    match f () with () -> say "?" | exception Unix.Unix_error (e, name, _) -> say "%s: %s" name (Unix.error_message e)
  in
  interrupted (fun () -> ignore (Unix.select [ r ] [] [] 10.));
  interrupted (fun () -> ignore (Unix.read r (Bytes.create 10) 0 10));
  (* A signal finds the main thread in a request while others run. *)
  let stop = ref false in
  let busy = Thread.create (fun () -> ignore (Thread.sigmask Unix.SIG_BLOCK [ Sys.sigalrm ]); while not !stop do Thread.yield () done) () in
  interrupted (fun () -> ignore (Unix.read r (Bytes.create 10) 0 10));
  stop := true;
  Thread.join busy;
  Unix.kill me Sys.sigusr1;
  say "not reached"
