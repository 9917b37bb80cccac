(* Training: hash tables, maps, sets and queues: anagrams, breadth-first search, Dijkstra's shortest paths, a cache.
   Argument: work in percent. *)
let size = if Array.length Sys.argv > 1 then int_of_string Sys.argv.(1) else 100

module Queue_by_distance = Set.Make (struct
  type t = int * int
  let compare = Stdlib.compare
end)

module By_name = Map.Make (String)
module By_number = Hashtbl.Make (Int)

let anagrams seed =
  let key w =
    let letters = List.sort Char.compare (List.init (String.length w) (String.get w)) in
    String.of_seq (List.to_seq letters)
  in
  let groups = Hashtbl.create 50 in
  for i = seed to seed + 150 do
    let w = string_of_int (i * 37 mod 5000) in
    Hashtbl.replace groups (key w) (w :: Option.value (Hashtbl.find_opt groups (key w)) ~default:[])
  done;
  Hashtbl.fold (fun _ ws largest -> max largest (List.length ws)) groups 0

let edges n seed v = List.init 3 (fun k -> (((v * (k + 2)) + seed + k) mod n, 1 + ((v + k) mod 9)))

let breadth_first n seed =
  let seen = By_number.create n and queue = Queue.create () in
  Queue.add (0, 0) queue;
  let deepest = ref 0 in
  while not (Queue.is_empty queue) do
    let v, depth = Queue.pop queue in
    if not (By_number.mem seen v) then begin
      By_number.add seen v depth;
      deepest := max !deepest depth;
      List.iter (fun (w, _) -> Queue.add (w, depth + 1) queue) (edges n seed v)
    end
  done;
  !deepest + By_number.length seen

let dijkstra n seed =
  let distance = Array.make n max_int in
  let rec go queue =
    match Queue_by_distance.min_elt_opt queue with
    | None -> ()
    | Some ((d, v) as first) ->
        let relax queue (w, cost) =
          if d + cost < distance.(w) then begin
            let queue = if distance.(w) < max_int then Queue_by_distance.remove (distance.(w), w) queue else queue in
            distance.(w) <- d + cost;
            Queue_by_distance.add (d + cost, w) queue
          end
          else queue
        in
        go (List.fold_left relax (Queue_by_distance.remove first queue) (edges n seed v))
  in
  distance.(0) <- 0;
  go (Queue_by_distance.singleton (0, 0));
  Array.fold_left (fun m d -> if d < max_int then max m d else m) 0 distance

let inventory seed =
  let add m (name, n) = By_name.add name (n + try By_name.find name m with Not_found -> 0) m in
  let items = List.init 120 (fun i -> ("item" ^ string_of_int (i * seed mod 41), i)) in
  let m = List.fold_left add By_name.empty items in
  let large, small = By_name.partition (fun _ n -> n > 100) m in
  By_name.cardinal large + By_name.fold (fun name n s -> s + n + String.length name) small 0

let cache = Hashtbl.create 64

let cached f key =
  match Hashtbl.find cache key with
  | v -> v
  | exception Not_found ->
      if Hashtbl.length cache > 200 then Hashtbl.reset cache;
      let v = f key in
      Hashtbl.add cache key v;
      v

let () =
  let sum = ref 0 in
  for i = 1 to 32 * size do
    sum := !sum + anagrams i + breadth_first 150 i + dijkstra 150 i + inventory i;
    for j = 1 to 100 do
      sum := !sum + cached (fun (a, b) -> (a * b) land 255) (j land 15, i land 31)
    done
  done;
  Printf.printf "tables %d\n" !sum
