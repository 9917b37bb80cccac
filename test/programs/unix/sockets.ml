(* Sockets of one process with itself; addresses. *)
open Unix

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let receive fd n = let b = Bytes.create n in let k = read fd b 0 n in Bytes.sub_string b 0 k
let send_all fd s = ignore (write_substring fd s 0 (String.length s))
let kind = function ADDR_UNIX p -> "unix " ^ String.escaped p
  | ADDR_INET (a, p) -> Printf.sprintf "inet %s %b" (string_of_inet_addr a) (p <> 0)

let conversation name domain address =
  let server = socket ~cloexec:true domain SOCK_STREAM 0 in
  setsockopt server SO_REUSEADDR true;
  show (name ^ " option") (fun () -> string_of_bool (getsockopt server SO_REUSEADDR));
  bind server address;
  listen server 5;
  let here = getsockname server in
  show (name ^ " address") (fun () -> kind here);
  show (name ^ " listening") (fun () -> string_of_bool (getsockopt server SO_ACCEPTCONN));
  let client = socket domain SOCK_STREAM 0 in
  show (name ^ " unconnected") (fun () -> receive client 1);
  show (name ^ " no peer") (fun () -> kind (getpeername client));
  connect client here;
  show (name ^ " connected") (fun () -> connect client here; "again");
  let (s, from) = accept server in
  show (name ^ " from") (fun () -> kind from);
  show (name ^ " peers") (fun () -> Printf.sprintf "%b %b" (getpeername client = here) (getsockname client = from));
  show (name ^ " nothing yet") (fun () -> let (r, w, _) = select [s] [s] [] 0. in
    Printf.sprintf "%d %d" (List.length r) (List.length w));
  send_all client "hello";
  show (name ^ " ready") (fun () -> let (r, _, _) = select [server; s] [] [] (-1.) in string_of_bool (r = [s]));
  show (name ^ " peek") (fun () -> let b = Bytes.create 3 in
    let n = recv s b 0 3 [MSG_PEEK] in Bytes.sub_string b 0 n);
  show (name ^ " part") (fun () -> receive s 2);
  show (name ^ " rest") (fun () -> receive s 10);
  set_nonblock s;
  show (name ^ " would block") (fun () -> receive s 1);
  clear_nonblock s;
  show (name ^ " channels") (fun () ->
    let oc = out_channel_of_descr s and ic = in_channel_of_descr client in
    output_string oc "line\nsecond\n"; flush oc;
    let a = input_line ic in a ^ " " ^ input_line ic);
  show (name ^ " much") (fun () ->
    let block = String.init 50_000 (fun i -> Char.chr (i land 255)) in
    send_all client block;
    let b = Buffer.create 50_000 in
    while Buffer.length b < 50_000 do Buffer.add_string b (receive s 10_000) done;
    string_of_bool (Buffer.contents b = block));
  show (name ^ " shutdown") (fun () -> shutdown client SHUTDOWN_SEND; string_of_int (String.length (receive s 10)));
  show (name ^ " other way") (fun () -> send_all s "still"; receive client 10);
  show (name ^ " closed") (fun () -> close s; string_of_int (String.length (receive client 10)));
  close client;
  close server;
  show (name ^ " refused") (fun () ->
    let c = socket domain SOCK_STREAM 0 in
    Fun.protect ~finally:(fun () -> close c) (fun () -> connect c here; "connected"))

let () =
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  let dir = Filename.temp_dir "bactrian" "" in
  Sys.chdir dir;
  let path = "socket" in
  close (openfile path [O_CREAT] 0o600);
  conversation "inet" PF_INET (ADDR_INET (inet_addr_loopback, 0));
  show "name in use" (fun () -> conversation "unix" PF_UNIX (ADDR_UNIX path); "done");
  Sys.remove path;
  conversation "unix" PF_UNIX (ADDR_UNIX path);
  show "name is left" (fun () -> string_of_bool ((stat path).st_kind = S_SOCK));
  Sys.remove path;
  Sys.chdir "/";
  rmdir dir;
  show "socketpair" (fun () ->
    let (a, b) = socketpair PF_UNIX SOCK_STREAM 0 in
    send_all a "over"; send_all b "back";
    let x = receive b 10 in let y = receive a 10 in
    close a; let e = receive b 10 in close b;
    Printf.sprintf "%s %s %S" x y e);
  show "datagrams" (fun () ->
    let a = socket PF_INET SOCK_DGRAM 0 and b = socket PF_INET SOCK_DGRAM 0 in
    bind a (ADDR_INET (inet_addr_loopback, 0));
    bind b (ADDR_INET (inet_addr_loopback, 0));
    let n = sendto_substring a "datagram" 0 8 [] (getsockname b) in
    ignore (sendto_substring a "second" 0 6 [] (getsockname b));
    let buf = Bytes.create 4 in
    let (k, from) = recvfrom b buf 0 4 [] in
    let second = receive b 100 in
    connect b from;
    send_all b "answer";
    let back = receive a 100 in
    let same = from = getsockname a in
    close a; close b;
    Printf.sprintf "%d %d %s %s %s %b" n k (Bytes.to_string buf) second back same);
  show "not a socket" (fun () -> let (i, o) = pipe () in
    Fun.protect ~finally:(fun () -> close i; close o) (fun () -> listen i 1; "done"));
  show "closed" (fun () -> let s = socket PF_INET SOCK_STREAM 0 in close s; listen s 1; "done");
  show "type" (fun () -> let s = socket PF_INET SOCK_STREAM 0 in
    let t = getsockopt_int s SO_TYPE in let e = getsockopt_error s in close s;
    Printf.sprintf "%d %b" t (e = None));
  show "nodelay" (fun () -> let s = socket PF_INET SOCK_STREAM 0 in
    setsockopt s TCP_NODELAY true; setsockopt s SO_KEEPALIVE true;
    let r = getsockopt s TCP_NODELAY && getsockopt s SO_KEEPALIVE in close s; string_of_bool r);
  List.iter (fun s -> show ("address " ^ s) (fun () -> string_of_inet_addr (inet_addr_of_string s)))
    ["1.2.3.4"; "0.0.0.0"; "255.255.255.255"; "256.1.1.1"; "1.2.3"; "1.2.3.4.5"; "01.2.3.4"; "1.2.3.4 "; ""; "::"; "::1"; "1::";
     "fe80::1:2:3"; "2001:db8:0:0:1:0:0:1"; "2001:db8::1:0:0:1"; "::ffff:1.2.3.4"; "::1.2.3.4"; "1:2:3:4:5:6:7:8"; "1:2:3:4:5:6:7::";
     "1:2:3:4:5:6:1.2.3.4"; "::1::"; "1:2:3:4:5:6:7:8:9"; "g::"; "12345::"; ":1:2:3:4:5:6:7"; "FE80::ABCD"; "1:0:0:2:0:0:0:3"; "::2:0:0:0:0:0:0";
     "1.2.3.4::"; "localhost"];
  show "open_connection" (fun () ->
    let server = socket PF_INET SOCK_STREAM 0 in
    bind server (ADDR_INET (inet_addr_any, 0)); listen server 1;
    let port = match getsockname server with ADDR_INET (_, p) -> p | _ -> 0 in
    let (ic, oc) = open_connection (ADDR_INET (inet_addr_loopback, port)) in
    let (s, _) = accept server in
    output_string oc "request\n"; flush oc;
    let r = receive s 100 in
    send_all s "reply\n";
    let l = input_line ic in
    shutdown_connection ic;
    let e = receive s 1 in
    close s; close_in ic; close server;
    Printf.sprintf "%S %S %S" r l e)
