(* Ephemerides: where planets are seen from the earth, from mean elements, Kepler's equation and small periodic terms.
   The elements are rounded and the terms made up. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let pi = 3.14159265358979323846
let turn = 2. *. pi
let radians degrees = degrees *. pi /. 180.

(* Elements by planet, each at the epoch, with its change in a century and in a century's square: semi-major axis in
   astronomical units; longitudes and inclination in degrees. *)
let axis = [| 0.387; 0.723; 1.0; 1.524; 5.203; 9.555; 19.218; 30.11 |]
let longitude = [| [| 252.25; 149472.67; 0.0003 |]; [| 181.98; 58517.82; 0.0003 |]; [| 100.47; 35999.37; -0.0006 |];
                   [| 355.43; 19140.3; 0.0003 |]; [| 34.35; 3034.91; 0.0002 |]; [| 50.08; 1222.11; 0.0002 |];
                   [| 314.06; 428.47; 0.0003 |]; [| 304.35; 218.49; 0.0003 |] |]
let eccentricity = [| [| 0.2056; 0.00002; 0. |]; [| 0.0068; -0.00005; 0. |]; [| 0.0167; -0.00004; 0. |];
                      [| 0.0934; 0.00009; 0. |]; [| 0.0485; 0.00016; 0. |]; [| 0.0555; -0.00035; 0. |];
                      [| 0.0463; -0.00003; 0. |]; [| 0.009; 0.00001; 0. |] |]
let perihelion = [| [| 77.46; 1.556; 0. |]; [| 131.56; 1.402; -0.001 |]; [| 102.94; 1.719; 0.0005 |];
                    [| 336.06; 1.841; 0. |]; [| 14.33; 1.613; 0.001 |]; [| 93.06; 1.964; 0.0008 |];
                    [| 173.01; 1.486; 0.0002 |]; [| 48.12; 1.426; 0.0004 |] |]
let inclination = [| 7.0; 3.39; 0.; 1.85; 1.3; 2.49; 0.77; 1.77 |]
let node = [| 48.33; 76.68; 174.87; 49.56; 100.46; 113.67; 74.01; 131.78 |]

(* Periodic terms: amplitudes of cosine and sine in millionths of a radian, frequencies in turns in a century. *)
let terms =
  Array.init 8 (fun planet ->
      Array.init 6 (fun k ->
          let a = float_of_int ((planet * 7) + (k * 11)) in
          (Float.rem (a *. 13.7) 41. -. 20., Float.rem (a *. 5.3) 37. -. 18., 0.5 +. Float.rem (a *. 3.1) 17.)))

let polynomial c t = c.(0) +. (t *. (c.(1) +. (t *. c.(2))))

let normalised angle =
  let a = Float.rem angle turn in
  if a < -.pi then a +. turn else if a >= pi then a -. turn else a

(** Eccentric anomaly by Newton's method. *)
let kepler mean e =
  let anomaly = ref (mean +. (e *. sin mean)) and change = ref 1. and rounds = ref 0 in
  while abs_float !change > 1e-12 && !rounds < 10 do
    change := (mean -. !anomaly +. (e *. sin !anomaly)) /. (1. -. (e *. cos !anomaly));
    anomaly := !anomaly +. !change;
    incr rounds
  done;
  !anomaly

(** Fills in the place around the sun, in astronomical units, t centuries after the epoch. *)
let place t planet (xyz : float array) =
  let correction = ref 0. in
  Array.iter
    (fun (c, s, frequency) ->
      let angle = turn *. frequency *. t in
      correction := !correction +. (((c *. cos angle) +. (s *. sin angle)) *. 1e-6))
    terms.(planet);
  let l = radians (polynomial longitude.(planet) t) +. !correction in
  let e = polynomial eccentricity.(planet) t and omega = radians (polynomial perihelion.(planet) t) in
  let anomaly = kepler (normalised (l -. omega)) e in
  let a = axis.(planet) in
  let x = a *. (cos anomaly -. e) and y = a *. sqrt (1. -. (e *. e)) *. sin anomaly in
  let ascending = radians node.(planet) and tilt = radians inclination.(planet) in
  let w = omega -. ascending in
  let u = (x *. cos w) -. (y *. sin w) and v = (x *. sin w) +. (y *. cos w) in
  xyz.(0) <- (u *. cos ascending) -. (v *. cos tilt *. sin ascending);
  xyz.(1) <- (u *. sin ascending) +. (v *. cos tilt *. cos ascending);
  xyz.(2) <- v *. sin tilt

(** Right ascension in hours, declination in degrees, distance. *)
let seen_from earth xyz (result : float array) =
  let dx = xyz.(0) -. earth.(0) and dy = xyz.(1) -. earth.(1) and dz = xyz.(2) -. earth.(2) in
  let obliquity = radians 23.4393 in
  let y = (dy *. cos obliquity) -. (dz *. sin obliquity) and z = (dy *. sin obliquity) +. (dz *. cos obliquity) in
  let distance = sqrt ((dx *. dx) +. (y *. y) +. (z *. z)) in
  let ascension = atan2 y dx *. 12. /. pi in
  result.(0) <- (if ascension < 0. then ascension +. 24. else ascension);
  result.(1) <- asin (z /. distance) *. 180. /. pi;
  result.(2) <- distance

let () =
  let earth = Array.make 3 0. and xyz = Array.make 3 0. and seen = Array.make 3 0. in
  let sums = Array.make 3 0. in
  for day = 1 to 1200 * size do
    let t = float_of_int day /. 36525. in
    place t 2 earth;
    for planet = 0 to 7 do
      if planet <> 2 then begin
        place t planet xyz;
        seen_from earth xyz seen;
        for i = 0 to 2 do sums.(i) <- sums.(i) +. seen.(i) done
      end
    done
  done;
  Printf.printf "almabench %.4f %.4f %.4f\n" sums.(0) sums.(1) sums.(2)
