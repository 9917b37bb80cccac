(* The Mandelbrot set, as a bitmap: loops over local floats. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let escapes limit cr ci =
  let rec step n x y =
    if n = limit then limit
    else
      let xx = x *. x and yy = y *. y in
      if xx +. yy > 4. then n else step (n + 1) (xx -. yy +. cr) ((2. *. x *. y) +. ci)
  in
  step 0 0. 0.

let bitmap width limit =
  let rows = Bytes.make (width * ((width + 7) / 8)) '\000' in
  let stride = (width + 7) / 8 in
  for y = 0 to width - 1 do
    let ci = (2. *. float_of_int y /. float_of_int width) -. 1. in
    for x = 0 to width - 1 do
      let cr = (2. *. float_of_int x /. float_of_int width) -. 1.5 in
      let zr = ref 0. and zi = ref 0. and n = ref 0 in
      while !n < limit && (!zr *. !zr) +. (!zi *. !zi) <= 4. do
        let next = (!zr *. !zr) -. (!zi *. !zi) +. cr in
        zi := (2. *. !zr *. !zi) +. ci;
        zr := next;
        incr n
      done;
      if !n = limit then begin
        let at = (y * stride) + (x / 8) in
        Bytes.set rows at (Char.chr (Char.code (Bytes.get rows at) lor (128 lsr (x land 7))))
      end
    done
  done;
  rows

let () =
  let sum = ref 0 in
  for i = 1 to 2 * size do
    let rows = bitmap (180 + (i land 7)) 60 in
    Bytes.iter (fun c -> sum := ((31 * !sum) + Char.code c) land 0xffffffff) rows;
    for k = 0 to 99 do
      sum := !sum + escapes 1000 ((float_of_int k /. 80.) -. 1.) 0.2
    done
  done;
  Printf.printf "mandelbrot %d\n" !sum
