(* Pictures: blur, edges, histogram and scaling of bytes, and a filter of floats in a Bigarray. Argument: work in
   percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

let width = 160
let height = 120
let get b x y = Char.code (Bytes.unsafe_get b ((y * width) + x))
let clamp v = if v < 0 then 0 else if v > 255 then 255 else v
let set b x y v = Bytes.set_uint8 b ((y * width) + x) (clamp v)

(** A picture whose inner points f gives; the border stays. *)
let filter f source =
  let result = Bytes.copy source in
  for y = 1 to height - 2 do
    for x = 1 to width - 2 do
      set result x y (f source x y)
    done
  done;
  result

let blur =
  filter (fun b x y ->
      let sum = ref 0 in
      for dy = -1 to 1 do
        for dx = -1 to 1 do
          sum := !sum + (get b (x + dx) (y + dy) lsl (2 - abs dx - abs dy))
        done
      done;
      !sum / 16)

let edges =
  filter (fun b x y ->
      let horizontal = get b (x + 1) (y - 1) + (2 * get b (x + 1) y) + get b (x + 1) (y + 1)
                       - get b (x - 1) (y - 1) - (2 * get b (x - 1) y) - get b (x - 1) (y + 1) in
      let vertical = get b (x - 1) (y + 1) + (2 * get b x (y + 1)) + get b (x + 1) (y + 1)
                     - get b (x - 1) (y - 1) - (2 * get b x (y - 1)) - get b (x + 1) (y - 1) in
      abs horizontal + abs vertical)

(** Spread over all shades alike. *)
let equalised source =
  let counts = Array.make 256 0 in
  Bytes.iter (fun c -> counts.(Char.code c) <- counts.(Char.code c) + 1) source;
  let below = ref 0 in
  let shade = Array.map (fun n -> below := !below + n; 255 * !below / (width * height)) counts in
  Bytes.map (fun c -> Char.chr shade.(Char.code c)) source

type plane = (float, Bigarray.float64_elt, Bigarray.c_layout) Bigarray.Array2.t

(** One step of heat spreading. *)
let spread (now : plane) (next : plane) =
  for y = 1 to height - 2 do
    for x = 1 to width - 2 do
      let here = now.{y, x} in
      let around = now.{y - 1, x} +. now.{y + 1, x} +. now.{y, x - 1} +. now.{y, x + 1} in
      next.{y, x} <- here +. (0.2 *. (around -. (4. *. here)))
    done
  done

let () =
  let picture = ref (Bytes.init (width * height) (fun i -> Char.chr ((i * i / 97) land 255))) in
  let plane = Bigarray.Array2.init Float64 C_layout height width (fun y x -> float_of_int ((x * y) land 63)) in
  let other = Bigarray.Array2.init Float64 C_layout height width (fun y x -> float_of_int ((x * y) land 63)) in
  let sum = ref 0 in
  for i = 1 to 6 * size do
    let soft = blur !picture in
    let lines = edges soft in
    spread plane other;
    spread other plane;
    let marked k c = Char.chr ((Char.code c + Char.code (Bytes.get lines k) + i) land 255) in
    picture := equalised (Bytes.mapi marked soft);
    sum := ((!sum * 31) + get lines (i mod width) (i mod height) + get !picture (i * 7 mod width) 50) land 0xffffffff
  done;
  Printf.printf "image %d %.9f\n" !sum plane.{60, 80}
