(* Rays that spheres reflect, over a floor in two colours: records of floats, closures, lists. Argument: work in
   percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type vector = { x : float; y : float; z : float }

let ( +| ) a b = { x = a.x +. b.x; y = a.y +. b.y; z = a.z +. b.z }
let ( -| ) a b = { x = a.x -. b.x; y = a.y -. b.y; z = a.z -. b.z }
let ( *| ) k a = { x = k *. a.x; y = k *. a.y; z = k *. a.z }
let dot a b = (a.x *. b.x) +. (a.y *. b.y) +. (a.z *. b.z)
let unit a = 1. /. sqrt (dot a a) *| a

type surface = { colour : vector; mirror : float }

type body =
  | Sphere of { centre : vector; radius : float; surface : surface }
  | Floor of { height : float; surface : vector -> surface }

type hit = { distance : float; at : vector; normal : vector; of_what : surface }

let epsilon = 1e-6

(** Where the ray meets the body first, if it does. *)
let meets origin direction = function
  | Sphere { centre; radius; surface } ->
      let v = centre -| origin in
      let b = dot v direction in
      let square = (b *. b) -. dot v v +. (radius *. radius) in
      if square < 0. then None
      else begin
        let root = sqrt square in
        let distance = if b -. root > epsilon then b -. root else b +. root in
        if distance <= epsilon then None
        else
          let at = origin +| (distance *| direction) in
          Some { distance; at; normal = 1. /. radius *| (at -| centre); of_what = surface }
      end
  | Floor { height; surface } ->
      if abs_float direction.y < epsilon then None
      else begin
        let distance = (height -. origin.y) /. direction.y in
        if distance <= epsilon then None
        else
          let at = origin +| (distance *| direction) in
          Some { distance; at; normal = { x = 0.; y = 1.; z = 0. }; of_what = surface at }
      end

let nearest bodies origin direction =
  List.fold_left
    (fun best body ->
      match (best, meets origin direction body) with
      | None, hit -> hit
      | Some b, Some h when h.distance < b.distance -> Some h
      | _ -> best)
    None bodies

let light = unit { x = 1.; y = 3.; z = -2. }
let sky direction = { x = 0.3; y = 0.5; z = 0.6 +. (0.4 *. abs_float direction.y) }

let rec colour bodies depth origin direction =
  match nearest bodies origin direction with
  | None -> sky direction
  | Some { at; normal; of_what; _ } ->
      let start = at +| (1e-4 *| normal) in
      let lit = match nearest bodies start light with None -> max 0. (dot normal light) | Some _ -> 0. in
      let own = (0.2 +. (0.8 *. lit)) *| of_what.colour in
      if of_what.mirror = 0. || depth = 0 then own
      else
        let reflected = direction -| (2. *. dot direction normal *| normal) in
        ((1. -. of_what.mirror) *| own) +| (of_what.mirror *| colour bodies (depth - 1) start reflected)

(** Spheres on spheres. *)
let rec pile level centre radius bodies =
  let k = float_of_int level in
  let surface = { colour = { x = 0.4 +. (0.1 *. k); y = 0.5; z = 0.9 -. (0.2 *. k) }; mirror = 0.3 } in
  let bodies = Sphere { centre; radius; surface } :: bodies in
  if level = 0 then bodies
  else
    List.fold_left
      (fun bodies (dx, dz) ->
        let offset = 1.5 *. radius in
        pile (level - 1) (centre +| { x = dx *. offset; y = 0.6 *. radius; z = dz *. offset }) (radius /. 2.) bodies)
      bodies
      [ (1., 0.); (-1., 0.); (0., 1.); (0., -1.) ]

let squares at =
  let even = (int_of_float (floor at.x) + int_of_float (floor at.z)) land 1 = 0 in
  if even then { colour = { x = 0.9; y = 0.9; z = 0.9 }; mirror = 0.1 }
  else { colour = { x = 0.1; y = 0.1; z = 0.1 }; mirror = 0. }

let () =
  let bodies = Floor { height = -1.; surface = squares } :: pile 2 { x = 0.; y = 0.; z = 4. } 1. [] in
  let width = 800 in
  let sum = ref { x = 0.; y = 0.; z = 0. } in
  for row = 0 to (8 * size) - 1 do
    for column = 0 to width - 1 do
      let across i = (2. *. float_of_int i /. float_of_int width) -. 1. in
      sum := !sum +| colour bodies 4 { x = 0.; y = 1.; z = -2. } (unit { x = across column; y = -.across row; z = 2. })
    done
  done;
  Printf.printf "raytrace %.6f %.6f %.6f\n" !sum.x !sum.y !sum.z
