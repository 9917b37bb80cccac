(* Other programs: starting, waiting, pipes to and from them, signals that end them, the environment. *)
open Unix

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let status = function
  | WEXITED n -> Printf.sprintf "exited %d" n
  | WSIGNALED n -> Printf.sprintf "killed by %s" (if n = Sys.sigterm then "TERM" else if n = Sys.sigkill then "KILL" else string_of_int n)
  | WSTOPPED n -> Printf.sprintf "stopped %d" n

let sh c = [| "sh"; "-c"; c |]

let () =
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  show "system" (fun () -> status (system "echo from the shell; exit 3"));
  show "system killed" (fun () -> status (system "kill -TERM $$"));
  show "Sys.command" (fun () -> string_of_int (Sys.command "exit 7"));
  show "create_process" (fun () ->
    let pid = create_process "sh" (sh "exit 5") stdin stdout stderr in
    let (p, s) = waitpid [] pid in
    Printf.sprintf "%b %s" (p = pid) (status s));
  show "waited twice" (fun () -> status (snd (waitpid [] 999999)));
  show "no children" (fun () -> status (snd (wait ())));
  show "missing program" (fun () ->
    string_of_int (create_process "no-such-program" [| "x" |] stdin stdout stderr));
  show "missing path" (fun () ->
    string_of_int (create_process "./no/such" [| "x" |] stdin stdout stderr));
  show "not executable" (fun () ->
    string_of_int (create_process "/etc/passwd" [| "x" |] stdin stdout stderr));
  show "null in argument" (fun () ->
    string_of_int (create_process "sh" [| "a\000b" |] stdin stdout stderr));
  show "argv0" (fun () ->
    let (i, o) = pipe ~cloexec:true () in
    let pid = create_process "/bin/sh" [| "another name"; "-c"; "echo \"$0\"" |] stdin o stderr in
    close o;
    let ic = in_channel_of_descr i in
    let l = input_line ic in
    close_in ic; ignore (waitpid [] pid); l);
  show "wait for any" (fun () ->
    let a = create_process "sh" (sh "exit 1") stdin stdout stderr in
    let b = create_process "sh" (sh "exit 2") stdin stdout stderr in
    let (p, s) = wait () in let (q, t) = wait () in
    Printf.sprintf "%b %s" (List.sort compare [p; q] = List.sort compare [a; b])
      (String.concat " " (List.sort compare [status s; status t])));
  show "WNOHANG" (fun () ->
    let (i, o) = pipe ~cloexec:true () in
    let pid = create_process "cat" [| "cat" |] i stdout stderr in
    close i;
    let (p, s) = waitpid [WNOHANG] pid in
    close o;
    let (q, t) = waitpid [] pid in
    Printf.sprintf "%d %s %b %s" p (status s) (q = pid) (status t));
  show "kill" (fun () ->
    let pid = create_process "sleep" [| "sleep"; "100" |] stdin stdout stderr in
    kill pid 0; kill pid Sys.sigkill;
    status (snd (waitpid [] pid)));
  show "kill ended" (fun () ->
    let pid = create_process "true" [| "true" |] stdin stdout stderr in
    let (i, o) = pipe ~cloexec:true () in close o; ignore (read i (Bytes.create 1) 0 1); close i;
    kill pid Sys.sigterm; ignore (waitpid [] pid);
    kill pid Sys.sigterm; "done");
  show "bad signal" (fun () -> kill (getpid ()) 12345; "done");
  show "own process" (fun () -> kill (getpid ()) 0; string_of_bool (getpid () > 0 && getppid () > 0));
  show "open_process_in" (fun () ->
    let ic = open_process_in "echo one; echo two; exit 4" in
    let a = input_line ic in let b = input_line ic in
    let s = close_process_in ic in
    Printf.sprintf "%s %s %s" a b (status s));
  show "open_process_out" (fun () ->
    let oc = open_process_out "cat; exit 6" in
    output_string oc "to cat\n";
    status (close_process_out oc));
  show "open_process" (fun () ->
    let (ic, oc) as p = open_process "tr a-z A-Z" in
    output_string oc "shout\n"; close_out oc;
    let l = input_line ic in
    Printf.sprintf "%s %s" l (status (close_process p)));
  show "open_process_full" (fun () ->
    let (ic, oc, ec) as p = open_process_full "read x; echo out $x $V; echo err >&2" [| "V=value"; "PATH=/bin:/usr/bin" |] in
    output_string oc "in\n"; close_out oc;
    let a = input_line ic in let b = input_line ec in
    Printf.sprintf "%s, %s, %s" a b (status (close_process_full p)));
  show "open_process_args_in" (fun () ->
    let ic = open_process_args_in "printf" [| "printf"; "%s|"; "a b"; ""; "*"; "\xc3\xa9" |] in
    let l = In_channel.input_all ic in
    ignore (close_process_in ic); l);
  show "much output" (fun () ->
    let ic = open_process_in "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done" in
    let n = String.length (In_channel.input_all ic) in
    ignore (close_process_in ic); string_of_int n);
  show "broken pipe" (fun () ->
    let oc = open_process_out "exit 0" in
    let fd = descr_of_out_channel oc in
    let rec go n = if n > 1000 then "never" else begin
      ignore (write_substring fd (String.make 10000 'x') 0 10000); sleepf 0.01; go (n + 1) end in
    let r = try go 0 with Unix_error (EPIPE, _, _) -> "EPIPE" in
    ignore (close_process_out oc); r);
  show "swapped streams" (fun () ->
    let (i, o) = pipe ~cloexec:true () in
    let pid = create_process "sh" (sh "echo out; echo err >&2") stdin stderr o in
    close o; ignore (waitpid [] pid);
    let b = Bytes.create 100 in
    String.trim (Bytes.sub_string b 0 (read i b 0 100)));
  show "inherited" (fun () ->
    let (i, o) = pipe () in
    let (i', o') = pipe ~cloexec:true () in
    let c = Printf.sprintf "echo yes >&%d; echo no >&%d" (Obj.magic o) (Obj.magic o') in
    let null = openfile "/dev/null" [O_WRONLY; O_CLOEXEC] 0 in
    let pid = create_process "sh" (sh c) stdin stdout null in
    ignore (waitpid [] pid);
    List.iter close [o; o'; null];
    let b = Bytes.create 100 in
    let n = read i b 0 100 in let s = String.trim (Bytes.sub_string b 0 n) in
    let n' = read i' b 0 100 in
    List.iter close [i; i'];
    Printf.sprintf "%s %d" s n');
  show "file as output" (fun () ->
    let name = Filename.temp_file "bactrian" "" in
    let fd = openfile name [O_RDWR; O_TRUNC] 0 in
    ignore (write_substring fd "parent\n" 0 7);
    let pid = create_process "sh" (sh "echo child") stdin fd stderr in
    ignore (waitpid [] pid);
    ignore (write_substring fd "again\n" 0 6);
    close fd;
    let s = In_channel.with_open_bin name In_channel.input_all in
    Sys.remove name; String.escaped s);
  show "putenv" (fun () ->
    putenv "BACTRIAN" "humps";
    let ic = open_process_in "echo $BACTRIAN" in
    let l = input_line ic in ignore (close_process_in ic);
    Printf.sprintf "%s %s %b" l (getenv "BACTRIAN") (Array.mem "BACTRIAN=humps" (environment ())));
  show "putenv null" (fun () -> putenv "A\000" "b"; "done");
  show "create_process_env" (fun () ->
    let (i, o) = pipe ~cloexec:true () in
    let pid = create_process_env "/bin/sh" (sh "echo $A-$HOME-") [| "A=1" |] stdin o stderr in
    close o; ignore (waitpid [] pid);
    let l = input_line (in_channel_of_descr i) in close i; l);
  show "chdir" (fun () ->
    let old = getcwd () in
    chdir "/usr"; let ic = open_process_in "pwd" in
    let l = input_line ic in ignore (close_process_in ic); chdir old; l);
  show "fork" (fun () -> match fork () with
    | 0 -> _exit 0
    | pid -> ignore (waitpid [] pid); "a child"
    | exception Unix_error (ENOSYS, f, "") -> assert (f = "fork"); "a child");
  show "nice" (fun () -> string_of_int (nice 0));
  show "identity" (fun () -> string_of_bool (getuid () = geteuid () && getgid () = getegid ()));
  show "execv missing" (fun () -> execv "no-such-program" [| "x" |]);
  show "execvp missing" (fun () -> execvp "no-such-program" [| "x" |]);
  Printf.printf "now another program\n%!";
  execvpe "sh" [| "sh"; "-c"; "echo $X; exit 9" |] [| "X=exec"; "PATH=/nowhere" |]
