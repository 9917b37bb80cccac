(* Search in space: chains of rigid pieces, each turned against the one before by one of a few transformations, such
   that no two pieces come too close and marked ones lie within reach of each other. Records of floats, closures, and
   backtracking. Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

type point = { x : float; y : float; z : float }

(** A rotation, by its rows, and a shift. *)
type transformation = {
  xx : float; xy : float; xz : float;
  yx : float; yy : float; yz : float;
  zx : float; zy : float; zz : float;
  tx : float; ty : float; tz : float;
}

let identity =
  { xx = 1.; xy = 0.; xz = 0.; yx = 0.; yy = 1.; yz = 0.; zx = 0.; zy = 0.; zz = 1.;
    tx = 0.; ty = 0.; tz = 0. }

let place t p =
  { x = (t.xx *. p.x) +. (t.xy *. p.y) +. (t.xz *. p.z) +. t.tx;
    y = (t.yx *. p.x) +. (t.yy *. p.y) +. (t.yz *. p.z) +. t.ty;
    z = (t.zx *. p.x) +. (t.zy *. p.y) +. (t.zz *. p.z) +. t.tz }

(** First b, then a. *)
let combine a b =
  { xx = (a.xx *. b.xx) +. (a.xy *. b.yx) +. (a.xz *. b.zx);
    xy = (a.xx *. b.xy) +. (a.xy *. b.yy) +. (a.xz *. b.zy);
    xz = (a.xx *. b.xz) +. (a.xy *. b.yz) +. (a.xz *. b.zz);
    yx = (a.yx *. b.xx) +. (a.yy *. b.yx) +. (a.yz *. b.zx);
    yy = (a.yx *. b.xy) +. (a.yy *. b.yy) +. (a.yz *. b.zy);
    yz = (a.yx *. b.xz) +. (a.yy *. b.yz) +. (a.yz *. b.zz);
    zx = (a.zx *. b.xx) +. (a.zy *. b.yx) +. (a.zz *. b.zx);
    zy = (a.zx *. b.xy) +. (a.zy *. b.yy) +. (a.zz *. b.zy);
    zz = (a.zx *. b.xz) +. (a.zy *. b.yz) +. (a.zz *. b.zz);
    tx = (a.xx *. b.tx) +. (a.xy *. b.ty) +. (a.xz *. b.tz) +. a.tx;
    ty = (a.yx *. b.tx) +. (a.yy *. b.ty) +. (a.yz *. b.tz) +. a.ty;
    tz = (a.zx *. b.tx) +. (a.zy *. b.ty) +. (a.zz *. b.tz) +. a.tz }

let about_z angle shift =
  let c = cos angle and s = sin angle in
  { identity with xx = c; xy = -.s; yx = s; yy = c; tz = shift }

let about_x angle shift =
  let c = cos angle and s = sin angle in
  { identity with yy = c; yz = -.s; zy = s; zz = c; tx = shift }

(** A frame at three points: its inverse takes the first one to the origin, the second one to the x axis. *)
let align a b c =
  let minus p q = { x = p.x -. q.x; y = p.y -. q.y; z = p.z -. q.z } in
  let cross p q =
    { x = (p.y *. q.z) -. (p.z *. q.y); y = (p.z *. q.x) -. (p.x *. q.z); z = (p.x *. q.y) -. (p.y *. q.x) }
  in
  let unit p =
    let length = sqrt ((p.x *. p.x) +. (p.y *. p.y) +. (p.z *. p.z)) in
    { x = p.x /. length; y = p.y /. length; z = p.z /. length }
  in
  let e1 = unit (minus b a) in
  let e3 = unit (cross e1 (minus c a)) in
  let e2 = cross e3 e1 in
  { xx = e1.x; xy = e2.x; xz = e3.x; yx = e1.y; yy = e2.y; yz = e3.y; zx = e1.z; zy = e2.z; zz = e3.z;
    tx = a.x; ty = a.y; tz = a.z }

let distance p q =
  let dx = p.x -. q.x and dy = p.y -. q.y and dz = p.z -. q.z in
  sqrt ((dx *. dx) +. (dy *. dy) +. (dz *. dz))

type piece = { kind : string; atoms : point array; joints : transformation list }

let atoms shape =
  Array.init 7 (fun i ->
      let a = float_of_int i *. shape in
      { x = cos a *. (1. +. (0.1 *. shape)); y = sin a; z = 0.15 *. float_of_int i })

let pieces =
  let joint shape k =
    let a = atoms shape in
    let base = combine (about_x (0.5 *. float_of_int k) 1.2) (about_z (shape +. (0.8 *. float_of_int k)) 0.9) in
    combine base (align a.(k mod 3) a.(3) a.(5 + (k land 1)))
  in
  let piece kind shape count = { kind; atoms = atoms shape; joints = List.init count (joint shape) } in
  [| piece "A" 0.9 4; piece "C" 1.1 3; piece "G" 1.3 4; piece "U" 0.7 5 |]

type placed = { number : int; kind : string; frame : transformation; where : point Lazy.t array }

(** All chains of the word's pieces that satisfy `fits`, which sees the newest piece and those before. *)
let search word fits =
  let found = ref [] and steps = ref 0 in
  let rec extend number chain =
    if number = String.length word then found := chain :: !found
    else begin
      let piece = pieces.(Char.code word.[number] land 3) in
      let frame = match chain with [] -> identity | last :: _ -> last.frame in
      List.iter
        (fun joint ->
          incr steps;
          let frame = combine frame joint in
          let where = Array.map (fun p -> lazy (place frame p)) piece.atoms in
          let next = { number; kind = piece.kind; frame; where } in
          if fits next chain then extend (number + 1) (next :: chain))
        piece.joints
    end
  in
  extend 0 [];
  (!found, !steps)

let atom placed i = Lazy.force placed.where.(i)

let fits reach next chain =
  List.for_all
    (fun other ->
      let near = distance (atom next 0) (atom other 0) in
      near > 0.8
      && (other.number < next.number - 3 || near < 6.)
      && distance (atom next 4) (atom other 6) > 0.5)
    chain
  && (next.number land 3 <> 3
     || List.exists (fun o -> o.number < next.number - 1 && distance (atom next 2) (atom o 5) < reach) chain)

let () =
  let chains = ref 0 and steps = ref 0 and spread = ref 0. in
  for i = 1 to size do
    let found, tried = search "0123120" (fits (2.2 +. (0.1 *. float_of_int (i land 7)))) in
    chains := !chains + List.length found;
    steps := !steps + tried;
    List.iter
      (fun chain ->
        let first = List.nth chain (List.length chain - 1) in
        spread := !spread +. distance (atom (List.hd chain) 0) (atom first 0))
      found
  done;
  Printf.printf "nucleic %d %d %.6f\n" !chains !steps !spread
