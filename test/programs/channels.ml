(* Files and channels: text and binary, seeking, appending, big contents, errors, directories, temporary files. *)
let show_error f = match f () with s -> s | exception Sys_error s -> "Sys_error " ^ s | exception End_of_file -> "End_of_file" | exception Invalid_argument s -> "Invalid_argument " ^ s

let () =
  let dir = Filename.temp_dir "channels" "" in
  let file = Filename.concat dir "data.txt" in
  let oc = open_out file in
  for i = 1 to 5 do Printf.fprintf oc "line %d\n" i done;
  output_string oc "no newline";
  Printf.printf "%d\n" (pos_out oc);
  close_out oc;
  In_channel.with_open_text file (fun ic ->
      let rec lines n = match In_channel.input_line ic with Some l -> if n < 2 then print_endline l; lines (n + 1) | None -> n in
      let n = lines 0 in
      Printf.printf "%d %d %d\n" n (pos_in ic) (in_channel_length ic);
      seek_in ic 5;
      Printf.printf "%c %S\n" (input_char ic) (really_input_string ic 7);
      print_endline (show_error (fun () -> really_input_string ic 1000)));
  let oc = open_out_gen [ Open_append; Open_text ] 0o600 file in
  output_string oc " appended\n";
  close_out oc;
  print_string (In_channel.with_open_bin file In_channel.input_all);
  (* Binary numbers, and writing in the middle. *)
  let bin = Filename.concat dir "data.bin" in
  let oc = open_out_bin bin in
  output_byte oc 300; output_binary_int oc (-123456); output_bytes oc (Bytes.of_string "\000\255\n\r"); output oc (Bytes.of_string "abcdef") 2 3;
  output_value oc [ Some 1.5; None ];
  seek_out oc 1; output_binary_int oc 77;
  close_out oc;
  let ic = open_in_bin bin in
  let byte = input_byte ic in
  let number = input_binary_int ic in
  Printf.printf "%d %d %S " byte number (really_input_string ic 7);
  let l : float option list = input_value ic in
  Printf.printf "%d %s\n" (List.length l) (show_error (fun () -> string_of_int (input_byte ic)));
  close_in ic;
  print_endline (show_error (fun () -> string_of_int (input_byte ic)));
  close_in ic;
  (* More than any buffer holds. *)
  let big = Filename.concat dir "big" in
  Out_channel.with_open_bin big (fun oc -> for i = 0 to 99_999 do output_string oc (string_of_int i); output_char oc ' ' done);
  let ic = open_in_bin big in
  let b = Bytes.create 10_000 in
  let rec sum n = match input ic b 0 (Bytes.length b) with 0 -> n | k -> let s = ref n in for i = 0 to k - 1 do s := (!s * 31 + Char.code (Bytes.get b i)) land 0xffffff done; sum !s in
  Printf.printf "%d %d\n" (sum 0) (in_channel_length ic);
  seek_in ic 100_000;
  Printf.printf "%S\n" (input_line ic |> fun s -> String.sub s 0 20);
  close_in ic;
  (* The file system. *)
  let shown s = let n = String.length dir in
    let rec go s = match String.index_opt s '/' with Some _ when String.length s >= n && String.sub s 0 n = dir -> "DIR" ^ String.sub s n (String.length s - n) | _ -> s in go s in
  print_endline (String.concat " " (List.sort compare (Array.to_list (Sys.readdir dir))));
  Printf.printf "%b %b %b\n" (Sys.file_exists file) (Sys.is_directory dir) (Sys.is_regular_file dir);
  Sys.rename big (Filename.concat dir "renamed");
  Sys.mkdir (Filename.concat dir "sub") 0o700;
  print_endline (show_error (fun () -> Sys.mkdir (Filename.concat dir "sub") 0o700; "made") |> fun s -> shown (String.sub s 10 (String.length s - 10)));
  print_endline (show_error (fun () -> Sys.remove (Filename.concat dir "none"); "") |> fun s -> shown (String.sub s 10 (String.length s - 10)));
  print_endline (show_error (fun () -> close_in (open_in (Filename.concat dir "none")); "") |> fun s -> shown (String.sub s 10 (String.length s - 10)));
  Sys.rmdir (Filename.concat dir "sub");
  Array.iter (fun f -> Sys.remove (Filename.concat dir f)) (Sys.readdir dir);
  Sys.rmdir dir;
  Printf.printf "%b\n" (Sys.file_exists dir);
  print_endline (String.concat " " Filename.[ basename "/a/b.ml"; dirname "/a/b.ml"; chop_extension "x.tar.gz"; extension "x.tar.gz"; concat "a" "b"; quote "it's" ]);
  prerr_endline "to standard error";
  Out_channel.set_buffered stdout false;
  print_string "unbuffered ";
  Out_channel.set_buffered stdout true;
  print_endline "buffered"
