(* Files as bigarrays: growing, sharing, private changes, writing back, offsets, layouts, errors. *)
open Unix
open Bigarray

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let contents path = In_channel.with_open_bin path In_channel.input_all
let with_fd path flags f =
  let fd = openfile path flags 0o600 in
  Fun.protect ~finally:(fun () -> close fd) (fun () -> f fd)
let rw = [O_RDWR; O_CREAT]

let () =
  let dir = Filename.temp_dir "bactrian" "" in
  Sys.chdir dir;
  show "grow" (fun () -> with_fd "f" rw (fun fd ->
    let a = array1_of_genarray (map_file fd int32 c_layout true [| 5 |]) in
    for i = 0 to 4 do a.{i} <- Int32.of_int (i * 0x01010101) done;
    string_of_int (fstat fd).st_size));
  show "contents" (fun () -> String.escaped (contents "f"));
  show "map what is there" (fun () -> with_fd "f" [O_RDONLY] (fun fd ->
    let a = array1_of_genarray (map_file fd char c_layout false [| -1 |]) in
    a.{0} <- 'x';
    Printf.sprintf "%d %d" (Array1.dim a) (Char.code a.{4})));
  show "private changes stay private" (fun () -> String.escaped (String.sub (contents "f") 0 4));
  show "offset" (fun () -> with_fd "f" rw (fun fd ->
    let a = array1_of_genarray (map_file fd ~pos:4L char c_layout true [| 4 |]) in
    Array1.fill a '#';
    "done"));
  show "after offset" (fun () -> String.escaped (contents "f"));
  show "matrix" (fun () -> with_fd "m" rw (fun fd ->
    let a = array2_of_genarray (map_file fd float64 fortran_layout true [| 3; 2 |]) in
    for i = 1 to 3 do for j = 1 to 2 do a.{i, j} <- float (10 * i + j) done done;
    "done"));
  show "columns" (fun () -> with_fd "m" rw (fun fd ->
    let a = array2_of_genarray (map_file fd float64 fortran_layout false [| 3; -1 |]) in
    Printf.sprintf "%d %g %g" (Array2.dim2 a) a.{3, 1} a.{1, 2}));
  show "part outlives whole" (fun () -> with_fd "p" rw (fun fd ->
    let part = Array1.sub (array1_of_genarray (map_file fd int8_unsigned c_layout true [| 100 |])) 50 10 in
    Gc.full_major ();
    for i = 0 to 9 do part.{i} <- 65 + i done;
    "done"));
  Gc.full_major ();
  show "part" (fun () -> String.sub (contents "p") 50 10);
  show "descriptor closed first" (fun () ->
    let a = with_fd "q" rw (fun fd -> array1_of_genarray (map_file fd char c_layout true [| 3 |])) in
    Array1.fill a 'q';
    contents "q");
  show "other program" (fun () -> with_fd "q" rw (fun fd ->
    let a = array1_of_genarray (map_file fd char c_layout true [| 3 |]) in
    Array1.fill a 'r';
    let ic = open_process_in "cat q" in
    let l = input_line ic in
    ignore (close_process_in ic); l));
  show "empty" (fun () -> with_fd "e" rw (fun fd ->
    string_of_int (Array1.dim (array1_of_genarray (map_file fd char c_layout true [| -1 |])))));
  show "does not fit" (fun () -> with_fd "f" rw (fun fd ->
    ignore (map_file fd int64 c_layout true [| -1 |]); "done"));
  show "beyond the end" (fun () -> with_fd "f" rw (fun fd ->
    ignore (map_file fd ~pos:100L char c_layout true [| -1 |]); "done"));
  show "no dimensions" (fun () -> with_fd "f" rw (fun fd ->
    ignore (map_file fd char c_layout true [||]); "done"));
  show "negative" (fun () -> with_fd "f" rw (fun fd ->
    ignore (map_file fd char c_layout true [| 2; -1 |]); "done"));
  show "shared, read-only" (fun () -> with_fd "f" [O_RDONLY] (fun fd ->
    ignore (map_file fd char c_layout true [| 2 |]); "done"));
  show "write-only" (fun () -> with_fd "f" [O_WRONLY] (fun fd ->
    ignore (map_file fd char c_layout false [| 2 |]); "done"));
  show "read-only, grow" (fun () -> with_fd "f" [O_RDONLY] (fun fd ->
    ignore (map_file fd char c_layout false [| 200 |]); "done"));
  show "closed" (fun () -> let fd = openfile "f" rw 0 in close fd;
    ignore (map_file fd char c_layout true [| 2 |]); "done");
  List.iter unlink ["f"; "m"; "p"; "q"; "e"];
  Sys.chdir "/";
  rmdir dir
