(* Time: dates in zones that POSIX rules describe, the way back, timers, clocks. *)
open Unix

let show name f =
  match f () with
  | s -> Printf.printf "%s: %s\n%!" name s
  | exception Unix_error (e, f, a) -> Printf.printf "%s: %s in %s(%s)\n%!" name (error_message e) f a
  | exception e -> Printf.printf "%s: %s\n%!" name (Printexc.to_string e)

let date t = Printf.sprintf "%d-%02d-%02d %02d:%02d:%02d wday %d yday %d %b"
  (t.tm_year + 1900) (t.tm_mon + 1) t.tm_mday t.tm_hour t.tm_min t.tm_sec t.tm_wday t.tm_yday t.tm_isdst

let instants =
  [0.; 1.; -1.; -1.5; 951782400.; 951868799.; 1000000000.; 1234567890.123; 1709164800.; 1711846799.; 1711846800.;
   1729990799.; 1729990800.; 2147483647.; 2147483648.; -2147483649.; -62135596800.; -62167219200.; -99999999999.;
   253402300799.; 253402300800.; 4102444800.; 1e12; 1e15; 1.5e16; 67768036191676799.; 67768036191676800.; 1e17; 1e19;
   -1e15; -67768040609740800.; -67768040609740801e0 *. 1.1; nan; infinity]

let tm y mo d h mi s = { tm_year = y - 1900; tm_mon = mo - 1; tm_mday = d; tm_hour = h; tm_min = mi; tm_sec = s;
                         tm_wday = 0; tm_yday = 0; tm_isdst = false }

let zones =
  ["UTC"; "CET-1CEST,M3.5.0,M10.5.0/3"; "EST5EDT,M3.2.0,M11.1.0"; "<+0530>-5:30"; "NZST-12NZDT,M9.5.0,M4.1.0/3";
   "ABC3:15:30"; "AAA0BBB,J60/0,J300/24"; "AAA0BBB-3,59,299/-1"; ""; "nonsense"; "XYZ"; "LHS-10:30LHD-11,M10.1.0,M4.1.0";
   "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1"]

let fields =
  [tm 2024 1 1 0 0 0; tm 2024 3 31 2 30 0; tm 2024 3 10 2 30 0; tm 2024 10 27 2 30 0; tm 2024 11 3 1 30 0; tm 2024 7 1 12 0 0;
   tm 2024 9 29 2 30 0; tm 2024 4 7 2 15 0; tm 2024 13 1 0 0 0; tm 2024 0 1 0 0 0; tm 2024 2 30 0 0 0; tm 2023 2 29 25 61 61;
   tm 2024 1 1 0 0 (-1); tm 2024 1 (-400) 0 0 100000; tm 1969 12 31 23 59 59; tm 1970 1 1 0 0 0; tm 1900 1 1 0 0 0;
   tm 1 1 1 0 0 0; tm 9999 12 31 23 59 59; tm 2024 3 31 1 59 3700; tm 2024 (-30) 1 0 (-100000) 0; tm 100000 6 1 0 0 0]

let () =
  List.iter (fun t -> show (Printf.sprintf "gmtime %.3f" t) (fun () -> date (gmtime t))) instants;
  List.iter (fun z ->
    putenv "TZ" z;
    List.iter (fun t ->
      if Float.is_finite t && abs_float t < 1e15 then
        show (Printf.sprintf "%s localtime %.3f" z t) (fun () -> date (localtime t))) instants;
    List.iter (fun f ->
      show (Printf.sprintf "%s mktime %s" z (date f)) (fun () ->
        let (t, f) = mktime f in Printf.sprintf "%.0f %s" t (date f))) fields)
    zones;
  (* Every six hours of a year. *)
  List.iter (fun z ->
    putenv "TZ" z;
    let b = Buffer.create 1000 in
    for i = 0 to 4 * 366 do
      let t = localtime (1704067200. +. 21600. *. float i) in
      Buffer.add_string b (date t);
      Buffer.add_string b (Printf.sprintf "%.0f" (fst (mktime t)))
    done;
    Printf.printf "%s: %s\n" z (Digest.to_hex (Digest.string (Buffer.contents b)))) zones;
  putenv "TZ" "UTC";
  show "clocks" (fun () ->
    let t = time () and g = gettimeofday () in
    string_of_bool (Float.is_integer t && abs_float (t -. g) < 10. && t > 1.7e9));
  show "sleepf" (fun () -> let a = gettimeofday () in sleepf 0.05; let d = gettimeofday () -. a in
    string_of_bool (d >= 0.049 && d < 5.));
  show "sleep" (fun () -> sleepf (-1.); sleepf 0.; sleep 0; "done");
  show "times" (fun () -> let t = times () in
    string_of_bool (t.tms_utime >= 0. && t.tms_stime >= 0. && t.tms_cutime >= 0. && t.tms_cstime >= 0.));
  show "itimer" (fun () -> let s = getitimer ITIMER_REAL in Printf.sprintf "%g %g" s.it_interval s.it_value);
  show "setitimer" (fun () ->
    let old = setitimer ITIMER_REAL { it_interval = 0.; it_value = 1000. } in
    let now = getitimer ITIMER_REAL in
    Printf.sprintf "%g %b" old.it_value (now.it_value > 900. && now.it_value <= 1000.));
  show "alarm" (fun () -> let a = alarm 500 in let b = alarm 0 in Printf.sprintf "%d %d %d" a b (alarm 0))
