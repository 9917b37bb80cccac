(* Masses that attract each other: mutable records of floats. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type body = {
  mutable x : float; mutable y : float; mutable z : float;
  mutable vx : float; mutable vy : float; mutable vz : float;
  mass : float;
}

(** Moves along by dt, half of the push before and half after, so that the energy stays nearly what it is. *)
let push bodies dt =
  let n = Array.length bodies in
  for i = 0 to n - 1 do
    let a = bodies.(i) in
    for j = i + 1 to n - 1 do
      let b = bodies.(j) in
      let dx = b.x -. a.x and dy = b.y -. a.y and dz = b.z -. a.z in
      let square = (dx *. dx) +. (dy *. dy) +. (dz *. dz) in
      let push = dt /. (square *. sqrt square) in
      let on_a = push *. b.mass and on_b = push *. a.mass in
      a.vx <- a.vx +. (dx *. on_a);
      a.vy <- a.vy +. (dy *. on_a);
      a.vz <- a.vz +. (dz *. on_a);
      b.vx <- b.vx -. (dx *. on_b);
      b.vy <- b.vy -. (dy *. on_b);
      b.vz <- b.vz -. (dz *. on_b)
    done
  done

let drift dt b =
  b.x <- b.x +. (dt *. b.vx);
  b.y <- b.y +. (dt *. b.vy);
  b.z <- b.z +. (dt *. b.vz)

let energy bodies =
  let sum = ref 0. in
  Array.iteri
    (fun i a ->
      sum := !sum +. (0.5 *. a.mass *. ((a.vx *. a.vx) +. (a.vy *. a.vy) +. (a.vz *. a.vz)));
      for j = i + 1 to Array.length bodies - 1 do
        let b = bodies.(j) in
        let distance = sqrt (((a.x -. b.x) ** 2.) +. ((a.y -. b.y) ** 2.) +. ((a.z -. b.z) ** 2.)) in
        sum := !sum -. (a.mass *. b.mass /. distance)
      done)
    bodies;
  !sum

(** A planet on a circle around a sun of mass 40, tilted a little. *)
let planet radius tilt mass =
  let speed = sqrt (40. /. radius) in
  { x = radius; y = 0.; z = tilt; vx = 0.; vy = speed; vz = speed *. tilt /. 10.; mass }

let () =
  let sun = { x = 0.; y = 0.; z = 0.; vx = 0.; vy = 0.; vz = 0.; mass = 40. } in
  let bodies = [| sun; planet 1. 0.02 0.001; planet 5.2 0.1 0.04; planet 9.5 0.2 0.01; planet 19. 0.3 0.002 |] in
  for _ = 1 to 80_000 * size do
    push bodies 0.0005;
    Array.iter (drift 0.0005) bodies
  done;
  Printf.printf "nbody %.9f\n" (energy bodies)
