(* Names, directories and what files are. *)
open Unix

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let kind s = match s.st_kind with
  | S_REG -> "file" | S_DIR -> "directory" | S_CHR -> "character" | S_BLK -> "block"
  | S_LNK -> "link" | S_FIFO -> "fifo" | S_SOCK -> "socket"

let touch path = close (openfile path [O_WRONLY; O_CREAT] 0o644)

let names path =
  let d = opendir path in
  let rec go l = match readdir d with n -> go (n :: l) | exception End_of_file -> l in
  let l = go [] in
  rewinddir d;
  let again = go [] in
  closedir d;
  assert (List.sort compare l = List.sort compare again);
  String.concat " " (List.sort compare l)

let () =
  let dir = Filename.temp_dir "bactrian" "" in
  chdir dir;
  show "cwd" (fun () -> string_of_bool (getcwd () = realpath dir));
  show "umask" (fun () -> let old = umask 0o027 in touch "a"; let mine = umask old in
    Printf.sprintf "%o %o" mine (stat "a").st_perm);
  show "mkdir" (fun () -> mkdir "d" 0o755; kind (stat "d"));
  show "mkdir again" (fun () -> mkdir "d" 0o755; "done");
  show "mkdir nowhere" (fun () -> mkdir "no/d" 0o755; "done");
  show "symlink" (fun () -> symlink "a" "s"; readlink "s");
  show "symlink again" (fun () -> symlink "b" "s"; "done");
  show "readlink of file" (fun () -> readlink "a");
  show "kinds" (fun () -> kind (stat "s") ^ " " ^ kind (lstat "s") ^ " " ^ kind (stat "/dev/null"));
  show "has_symlink" (fun () -> string_of_bool (has_symlink ()));
  show "link" (fun () -> link "a" "l"; string_of_int (stat "a").st_nlink);
  show "link of link" (fun () -> link ~follow:false "s" "sl"; kind (lstat "sl"));
  show "link followed" (fun () -> link ~follow:true "s" "sf"; kind (lstat "sf"));
  show "link missing" (fun () -> link "missing" "x"; "done");
  show "same inode" (fun () -> string_of_bool ((stat "a").st_ino = (stat "l").st_ino));
  show "mkfifo" (fun () -> mkfifo "p" 0o600; kind (stat "p"));
  show "mkfifo again" (fun () -> mkfifo "p" 0o600; "done");
  show "names" (fun () -> names ".");
  show "opendir missing" (fun () -> names "missing");
  show "opendir file" (fun () -> names "a");
  show "closed directory" (fun () -> let d = opendir "." in closedir d; readdir d);
  show "closed twice" (fun () -> let d = opendir "." in closedir d; closedir d; "done");
  show "rename" (fun () -> rename "l" "d/l"; names "d");
  show "rename missing" (fun () -> rename "missing" "x"; "done");
  show "rename onto directory" (fun () -> rename "a" "d"; "done");
  show "rmdir not empty" (fun () -> rmdir "d"; "done");
  show "unlink missing" (fun () -> unlink "missing"; "done");
  show "realpath" (fun () -> string_of_bool (realpath "d/../s" = Filename.concat (realpath dir) "a"));
  show "realpath missing" (fun () -> realpath "missing");
  show "chmod" (fun () -> chmod "a" 0o4751; Printf.sprintf "%o" (stat "a").st_perm);
  show "fchmod" (fun () -> let fd = openfile "a" [O_RDONLY] 0 in fchmod fd 0o600; close fd;
    Printf.sprintf "%o" (stat "a").st_perm);
  show "chmod missing" (fun () -> chmod "missing" 0o600; "done");
  show "chown" (fun () -> chown "a" (getuid ()) (getgid ()); "done");
  show "fchown" (fun () -> let fd = openfile "a" [O_RDONLY] 0 in fchown fd (-1) (-1); close fd; "done");
  show "owner" (fun () -> string_of_bool ((stat "a").st_uid = getuid ()));
  show "access" (fun () -> access "a" [R_OK; W_OK]; access "a" [F_OK]; access "a" []; "done");
  show "access execute" (fun () -> access "a" [X_OK]; "done");
  show "access missing" (fun () -> access "missing" [F_OK]; "done");
  List.iter (fun t ->
    show "utimes" (fun () -> utimes "a" t 1234567890.25; let s = stat "a" in
      Printf.sprintf "%.6f %.6f" s.st_atime s.st_mtime))
    [1.; 0.5; 1700000000.123456; 1700000000.999999; 1234567.654321; 4102444800.];
  show "utimes now" (fun () -> let t = gettimeofday () in utimes "a" 0. 0.;
    string_of_bool (abs_float ((stat "a").st_mtime -. t) < 60.));
  show "utimes missing" (fun () -> utimes "missing" 1. 1.; "done");
  show "chdir" (fun () -> chdir "d"; Filename.basename (getcwd ()));
  show "chdir missing" (fun () -> chdir "missing"; "done");
  show "chdir file" (fun () -> chdir "l"; "done");
  show "stat" (fun () -> kind (stat ""));
  show "lstat" (fun () -> kind (lstat "missing"));
  show "fstat" (fun () -> kind (fstat (Obj.magic 1234 : file_descr)));
  show "large stat" (fun () -> Int64.to_string (LargeFile.lstat "l").LargeFile.st_size);
  show "large fstat" (fun () -> let fd = openfile "l" [O_WRONLY] 0 in
    ignore (write_substring fd "12345" 0 5);
    let s = LargeFile.fstat fd in close fd; Int64.to_string s.LargeFile.st_size);
  show "not UTF-8" (fun () -> touch "\xff\xfe"; let l = names "." in unlink "\xff\xfe"; String.escaped l);
  chdir "..";
  List.iter unlink ["a"; "s"; "sl"; "sf"; "p"; "d/l"];
  rmdir "d";
  chdir "/";
  rmdir dir
