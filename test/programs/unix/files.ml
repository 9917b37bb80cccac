(* Open files: reading and writing, positions, descriptors, pipes, channels. *)
open Unix

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let int = string_of_int
let contents path = In_channel.with_open_bin path In_channel.input_all

let () =
  let dir = Filename.temp_dir "bactrian" "" in
  Sys.chdir dir;
  show "missing" (fun () -> int (Obj.magic (openfile "missing" [O_RDONLY] 0)));
  show "null character" (fun () -> int (Obj.magic (openfile "a\000b" [O_RDONLY] 0)));
  let fd = openfile "f" [O_RDWR; O_CREAT; O_EXCL] 0o640 in
  show "exclusive" (fun () -> int (Obj.magic (openfile "f" [O_RDWR; O_CREAT; O_EXCL] 0o640)));
  show "write" (fun () -> int (write_substring fd "hello, world" 0 12));
  show "single_write" (fun () -> int (single_write_substring fd "??!!" 2 2));
  show "position" (fun () -> int (lseek fd 0 SEEK_CUR));
  show "seek" (fun () -> int (lseek fd (-5) SEEK_END));
  let b = Bytes.make 10 '.' in
  show "read" (fun () -> int (read fd b 1 8));
  show "buffer" (fun () -> Bytes.to_string b);
  show "end" (fun () -> int (read fd b 0 10));
  show "negative seek" (fun () -> int (lseek fd (-1) SEEK_SET));
  show "bad window" (fun () -> int (read fd b 5 6));
  show "large seek" (fun () -> Int64.to_string (LargeFile.lseek fd 0x10_0000_0000L SEEK_SET));
  show "large position" (fun () -> int (lseek fd 1 SEEK_CUR));
  show "overwrite" (fun () -> ignore (lseek fd 5 SEEK_SET); int (write_substring fd "XY" 0 2));
  show "contents" (fun () -> contents "f");
  show "size" (fun () -> int (fstat fd).st_size);
  show "permissions" (fun () -> Printf.sprintf "%o" (fstat fd).st_perm);
  show "ftruncate" (fun () -> ftruncate fd 4; contents "f");
  show "hole" (fun () -> LargeFile.ftruncate fd 8L; String.escaped (contents "f"));
  show "truncate" (fun () -> truncate "f" 2; contents "f");
  show "truncate missing" (fun () -> truncate "missing" 2; "done");
  show "large truncate" (fun () -> LargeFile.truncate "f" 0x1_0000_0001L;
    Int64.to_string (LargeFile.stat "f").LargeFile.st_size);
  close fd;
  show "closed twice" (fun () -> close fd; "done");
  show "read closed" (fun () -> int (read fd b 0 1));
  (* Appending does not care for the position. *)
  let a = openfile "f" [O_WRONLY; O_TRUNC; O_APPEND] 0 in
  show "append" (fun () -> ignore (write_substring a "one" 0 3); ignore (lseek a 0 SEEK_SET);
    ignore (write_substring a "two" 0 3); contents "f");
  show "read write-only" (fun () -> int (read a b 0 1));
  close a;
  let r = openfile "f" [O_RDONLY] 0 in
  show "write read-only" (fun () -> int (write_substring r "x" 0 1));
  (* Duplicates share the position. *)
  let r2 = dup r in
  show "dup" (fun () -> ignore (read r b 0 2); ignore (read r2 b 2 2); Bytes.sub_string b 0 4);
  let g = openfile "g" [O_WRONLY; O_CREAT] 0o600 in
  show "dup2" (fun () -> dup2 g r2; int (write_substring r2 "over" 0 4));
  show "dup2 of closed" (fun () -> close r2; dup2 r2 g; "done");
  show "dup of closed" (fun () -> int (Obj.magic (dup r2)));
  show "g" (fun () -> contents "g");
  List.iter close [r; g];
  (* Pipes. *)
  let (i, o) = pipe ~cloexec:true () in
  show "pipe" (fun () -> ignore (write_substring o "through" 0 7); let n = read i b 0 10 in
    Bytes.sub_string b 0 n);
  set_nonblock i;
  show "empty pipe" (fun () -> int (read i b 0 1));
  show "seek in pipe" (fun () -> int (lseek i 0 SEEK_CUR));
  show "select" (fun () -> let (r, w, e) = select [i] [o] [] 0. in
    Printf.sprintf "%d %d %d" (List.length r) (List.length w) (List.length e));
  ignore (write_substring o "x" 0 1);
  show "select readable" (fun () -> let (r, w, _) = select [i] [] [] (-1.) in
    Printf.sprintf "%b %d" (r = [i]) (List.length w));
  show "select bad" (fun () -> let _ = select [(Obj.magic (-1) : file_descr)] [] [] 0. in "done");
  close o;
  clear_nonblock i;
  show "rest of pipe" (fun () -> let n = read i b 0 10 in int n);
  show "end of pipe" (fun () -> int (read i b 0 10));
  close i;
  (* Channels over descriptors. *)
  let fd = openfile "h" [O_RDWR; O_CREAT] 0o600 in
  let oc = out_channel_of_descr fd in
  output_string oc "line 1\nline 2\n"; flush oc;
  ignore (lseek fd 0 SEEK_SET);
  let ic = in_channel_of_descr fd in
  show "channel" (fun () -> input_line ic);
  show "descriptor" (fun () -> string_of_bool (descr_of_in_channel ic = fd && descr_of_out_channel oc = fd));
  close_out oc;
  let d = openfile "." [O_RDONLY] 0 in
  show "channel on directory" (fun () -> ignore (in_channel_of_descr d); "done");
  show "read directory" (fun () -> int (read d b 0 1));
  close d;
  show "isatty" (fun () -> let n = openfile "/dev/null" [O_RDWR] 0 in
    let t = isatty n in close n; string_of_bool t);
  (* More than one buffer. *)
  let big = Bytes.init 200_000 (fun i -> Char.chr (i land 255)) in
  let fd = openfile "big" [O_RDWR; O_CREAT; O_TRUNC] 0o600 in
  show "big write" (fun () -> int (write fd big 0 200_000));
  show "big single write" (fun () -> int (single_write fd big 0 200_000));
  ignore (lseek fd 0 SEEK_SET);
  let back = Bytes.create 200_000 in
  show "big read" (fun () -> int (read fd back 0 200_000));
  show "same" (fun () -> string_of_bool (Bytes.sub big 0 65536 = Bytes.sub back 0 65536));
  let ba = Bigarray.(Array1.create char c_layout 100) in
  show "bigarray" (fun () -> let n = read_bigarray fd ba 10 80 in Printf.sprintf "%d %d" n (Char.code ba.{10}));
  show "bigarray write" (fun () -> int (write_bigarray fd ba 10 80));
  fsync fd;
  close fd;
  List.iter unlink ["f"; "g"; "h"; "big"];
  Sys.chdir "/";
  rmdir dir
