(* Floating-point numbers: n-body, Mandelbrot, spectral norm. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type body = {
  mutable x : float; mutable y : float; mutable z : float;
  mutable vx : float; mutable vy : float; mutable vz : float;
  mass : float;
}

let planet i =
  let a = float_of_int i in
  { x = 1.5 *. a *. cos a; y = 1.5 *. a *. sin a; z = 0.05 *. a;
    vx = -.sin a *. 0.4; vy = cos a *. 0.4; vz = 0.01;
    mass = if i = 0 then 39.47 else 0.001 *. a }

let advance bodies dt =
  let n = Array.length bodies in
  for i = 0 to n - 1 do
    let b = bodies.(i) in
    for j = i + 1 to n - 1 do
      let o = bodies.(j) in
      let dx = b.x -. o.x and dy = b.y -. o.y and dz = b.z -. o.z in
      let d2 = (dx *. dx) +. (dy *. dy) +. (dz *. dz) +. 0.01 in
      let force = dt /. (d2 *. sqrt d2) in
      b.vx <- b.vx -. (dx *. o.mass *. force);
      b.vy <- b.vy -. (dy *. o.mass *. force);
      b.vz <- b.vz -. (dz *. o.mass *. force);
      o.vx <- o.vx +. (dx *. b.mass *. force);
      o.vy <- o.vy +. (dy *. b.mass *. force);
      o.vz <- o.vz +. (dz *. b.mass *. force)
    done
  done;
  Array.iter
    (fun b ->
      b.x <- b.x +. (dt *. b.vx);
      b.y <- b.y +. (dt *. b.vy);
      b.z <- b.z +. (dt *. b.vz))
    bodies

let mandelbrot width limit =
  let inside = ref 0 in
  for row = 0 to width - 1 do
    for column = 0 to width - 1 do
      let cr = (3. *. float_of_int column /. float_of_int width) -. 2. in
      let ci = (2. *. float_of_int row /. float_of_int width) -. 1. in
      let zr = ref 0. and zi = ref 0. and n = ref 0 in
      while !n < limit && (!zr *. !zr) +. (!zi *. !zi) < 4. do
        let t = (!zr *. !zr) -. (!zi *. !zi) +. cr in
        zi := (2. *. !zr *. !zi) +. ci;
        zr := t;
        incr n
      done;
      if !n = limit then incr inside
    done
  done;
  !inside

let spectral_norm n rounds =
  let a i j = 1. /. float_of_int (((i + j) * (i + j + 1) / 2) + i + 1) in
  let times element v =
    Array.init n (fun i ->
        let sum = ref 0. in
        for j = 0 to n - 1 do
          sum := !sum +. (element i j *. v.(j))
        done;
        !sum)
  in
  let step v = times (fun i j -> a j i) (times a v) in
  let u = ref (Array.make n 1.) in
  for _ = 2 to rounds do
    u := step (step !u)
  done;
  let v = step !u in
  let dot x y = Array.fold_left ( +. ) 0. (Array.map2 ( *. ) x y) in
  sqrt (dot !u v /. dot !u !u)

let () =
  let bodies = Array.init 5 planet in
  let inside = ref 0 and norm = ref 0. in
  for i = 1 to 7 * size do
    for _ = 1 to 500 do advance bodies 0.001 done;
    inside := !inside + mandelbrot (28 + (i land 3)) 60;
    norm := !norm +. spectral_norm (30 + (i land 3)) 4
  done;
  Printf.printf "floats %.9f %d %.9f\n" bodies.(1).x !inside !norm
