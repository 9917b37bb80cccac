open Complex

exception Wrong_length of int

(* Cooley and Tukey, in place: points in the order of their reversed indices, then pairs, fours, eights … of them together. *)

let reversed n i =
  let rec go n i reversed = if n = 1 then reversed else go (n / 2) (i / 2) ((2 * reversed) + (i land 1)) in
  go n i 0

let rec combine sign n size (re : float array) (im : float array) =
  if size < n then begin
    let angle = sign *. Float.pi /. float_of_int size in
    for k = 0 to size - 1 do
      let c = cos (angle *. float_of_int k) and s = sin (angle *. float_of_int k) in
      let i = ref k in
      while !i < n do
        let j = !i + size in
        let x = (c *. re.(j)) -. (s *. im.(j)) and y = (c *. im.(j)) +. (s *. re.(j)) in
        re.(j) <- re.(!i) -. x;
        im.(j) <- im.(!i) -. y;
        re.(!i) <- re.(!i) +. x;
        im.(!i) <- im.(!i) +. y;
        i := j + size
      done
    done;
    combine sign n (2 * size) re im
  end

let fft sign points =
  let n = Array.length points in
  if n = 0 || n land (n - 1) <> 0 then raise (Wrong_length n);
  let re = Array.init n (fun i -> points.(reversed n i).re) and im = Array.init n (fun i -> points.(reversed n i).im) in
  combine sign n 1 re im;
  Array.init n (fun i -> { re = re.(i); im = im.(i) })

let transform points = fft (-1.) points

let inverse points =
  let n = float_of_int (Array.length points) in
  Array.map (fun z -> { re = z.re /. n; im = z.im /. n }) (fft 1. points)

let sample n f = Array.init n (fun i -> { re = f (float_of_int i /. float_of_int n); im = 0. })

let peaks ?(threshold = 0.1) spectrum =
  let n = Array.length spectrum in
  let amplitude k = 2. *. norm spectrum.(k) /. float_of_int n in
  List.filter_map
    (fun k -> if amplitude k > threshold then Some (k, Float.round (1000. *. amplitude k) /. 1000.) else None)
    (List.init (n / 2) Fun.id)

let convolve a b = inverse (Array.map2 mul (transform a) (transform b))
