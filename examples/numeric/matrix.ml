type t = { rows : int; columns : int; data : float array }

exception Singular of int

let get m i j = m.data.((i * m.columns) + j)
let init rows columns f = { rows; columns; data = Array.init (rows * columns) (fun k -> f (k / columns) (k mod columns)) }
let identity n = init n n (fun i j -> if i = j then 1. else 0.)
let map f m = { m with data = Array.map f m.data }

let multiply a b =
  if a.columns <> b.rows then invalid_arg "Matrix.multiply";
  let data = Array.make (a.rows * b.columns) 0. in
  for i = 0 to a.rows - 1 do
    for k = 0 to a.columns - 1 do
      let x = a.data.((i * a.columns) + k) in
      for j = 0 to b.columns - 1 do
        let at = (i * b.columns) + j in
        data.(at) <- data.(at) +. (x *. b.data.((k * b.columns) + j))
      done
    done
  done;
  { rows = a.rows; columns = b.columns; data }

let rec power m n =
  if n = 0 then identity m.rows
  else
    let half = power m (n / 2) in
    let even = multiply half half in
    if n mod 2 = 0 then even else multiply m even

(* Gauss, with the largest pivot of each column. *)
let solve a b =
  if a.rows <> a.columns || a.rows <> b.rows then invalid_arg "Matrix.solve";
  let n = a.rows and width = a.columns + b.columns in
  let work = init n width (fun i j -> if j < n then get a i j else get b i (j - n)) in
  let d = work.data in
  for column = 0 to n - 1 do
    let pivot = ref column in
    for i = column + 1 to n - 1 do
      if Float.abs d.((i * width) + column) > Float.abs d.((!pivot * width) + column) then pivot := i
    done;
    if Float.abs d.((!pivot * width) + column) < 1e-12 then raise (Singular column);
    for j = 0 to width - 1 do
      let x = d.((column * width) + j) in
      d.((column * width) + j) <- d.((!pivot * width) + j);
      d.((!pivot * width) + j) <- x
    done;
    for i = 0 to n - 1 do
      if i <> column then begin
        let factor = d.((i * width) + column) /. d.((column * width) + column) in
        for j = column to width - 1 do
          d.((i * width) + j) <- d.((i * width) + j) -. (factor *. d.((column * width) + j))
        done
      end
    done
  done;
  init n b.columns (fun i j -> d.((i * width) + n + j) /. d.((i * width) + i))

let print ppf m =
  Format.fprintf ppf "@[<v>";
  for i = 0 to m.rows - 1 do
    if i > 0 then Format.fprintf ppf "@,";
    for j = 0 to m.columns - 1 do
      Format.fprintf ppf "%10.3f" (get m i j)
    done
  done;
  Format.fprintf ppf "@]"
