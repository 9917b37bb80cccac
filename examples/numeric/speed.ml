let time name f =
  let start = Sys.time () in
  let result = f () in
  Printf.printf "%s: %s, %.0f ms\n" name result (1000. *. (Sys.time () -. start))

let () =
  let wave t = sin (2. *. Float.pi *. 3. *. t) in
  let points = Fft.sample 32768 wave in
  time "transform" (fun () -> string_of_int (List.length (Fft.peaks (Fft.inverse (Fft.transform (Fft.transform points))))));
  let matrix = Matrix.init 200 200 (fun i j -> if i = j then 2. else 1. /. float_of_int (i + j + 1)) in
  time "solve" (fun () -> Printf.sprintf "%.4f" (Matrix.get (Matrix.solve matrix (Matrix.identity 200)) 0 0))
