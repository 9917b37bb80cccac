(* Blocks, weak pointers, ephemerons, finalisers, lazy values, objects and the collector's figures (runtime/obj.c, weak.c,
   finalise.c, gc_ctrl.c). *)
open Check

let join = String.concat " "
let ints l = join (List.map string_of_int l)

(* ---- Obj ---- *)

let () =
  let tags = [ Obj.repr (1, 2); Obj.repr "s"; Obj.repr 1.5; Obj.repr [| 1. |]; Obj.repr 3L; Obj.repr succ; Obj.repr (Some 1); Obj.repr 5; Obj.repr [||]; Obj.repr Not_found; Obj.repr (Failure "x"); Obj.repr (object end); Obj.repr (lazy (succ 1)); Obj.repr stdout ] in
  case "tags" (fun () -> ints (List.map Obj.tag tags));
  case "sizes" (fun () -> ints (List.map (fun o -> if Obj.is_block o then Obj.size o else -1) tags));
  let rec f x = if x = 0 then 0 else g (x - 1) and g x = f x in
  case "infix" (fun () -> ints [ Obj.tag (Obj.repr f); Obj.tag (Obj.repr g); Obj.size (Obj.repr f) ]);
  case "closures" (fun () -> let k = Sys.opaque_identity 3 in ints [ Obj.size (Obj.repr (fun x -> x + k)); Obj.size (Obj.repr (fun x y -> x + y + k)) ]);
  case "dup" (fun () -> let r = ref 1 in let s : int ref = Obj.obj (Obj.dup (Obj.repr r)) in incr s; ints [ !r; !s ]);
  case "with_tag" (fun () -> ints [ Obj.tag (Obj.with_tag 7 (Obj.repr (1, 2))); Obj.size (Obj.with_tag 7 (Obj.repr (1, 2))) ]);
  case "new_block" (fun () -> let b = Obj.new_block 3 4 in Obj.set_field b 2 (Obj.repr "x"); ints [ Obj.tag b; Obj.size b; Obj.obj (Obj.field b 0) ] ^ Obj.obj (Obj.field b 2));
  case "new_block big" (fun () -> let b = Obj.new_block 3 1000 in ints [ Obj.tag b; Obj.size b; Obj.obj (Obj.field b 999) ]);
  case "new_block string" (fun () -> ints [ String.length (Obj.obj (Obj.new_block Obj.string_tag 0)) ]);
  case "doubles" (fun () -> let b = Obj.new_block Obj.double_array_tag 2 in Obj.set_double_field b 1 2.5; string_of_float (Obj.double_field b 1));
  case "raw_field" (fun () -> Nativeint.to_string (Obj.raw_field (Obj.repr (5, 6)) 1));
  case "reachable_words" (fun () -> let s = String.make 100 'x' in ints (List.map Obj.reachable_words [ Obj.repr 1; Obj.repr s; Obj.repr (s, s); Obj.repr (List.init 10 Fun.id); Obj.repr 1.5 ]));
  case "extension constructor" (fun () -> Obj.Extension_constructor.(name (of_val Not_found)));
  case "is_int" (fun () -> join (List.map string_of_bool (List.map Obj.is_int tags)));
  case "uid" (fun () -> let a = Oo.id (object end) in let b = Oo.id (object end) in ints [ b - a ])

(* ---- Weak arrays and ephemerons. The collector decides, so everything is collected first. ---- *)

(* Blocks that nothing else keeps alive; made where no register or stack word is left of them. *)
let fresh n = Sys.opaque_identity (ref n)
let present = function Some r -> string_of_int !r | None -> "-"

let () =
  let w = Weak.create 5 in
  let kept = fresh 1 in
  let fill () =
    Weak.set w 0 (Some kept); Weak.set w 1 (Some (fresh 2)); Weak.set w 2 (Some kept); Weak.set w 3 (Some (fresh 4))
  in
  fill ();
  let show () = join (List.init 5 (fun i -> present (Weak.get w i))) in
  Gc.full_major ();
  case "weak" (fun () -> show () ^ " " ^ string_of_int !kept);
  case "weak check" (fun () -> join (List.init 5 (fun i -> string_of_bool (Weak.check w i))));
  case "weak bounds" (fun () -> present (Weak.get w 5));
  case "weak copy" (fun () -> match Weak.get_copy w 0 with Some r -> r := 50; string_of_int !kept ^ present (Some r) | None -> "-");
  case "weak blit" (fun () -> let v = Weak.create 3 in Weak.blit w 0 v 1 2; present (Weak.get v 1) ^ present (Weak.get v 2));
  case "weak fill" (fun () -> Weak.fill w 0 3 (Some kept); show ());
  case "weak create" (fun () -> string_of_int (Weak.length (Weak.create (-1))));
  let module S = Weak.Make (struct type t = int ref let equal a b = !a = !b let hash r = !r end) in
  let set = S.create 10 in
  let all = List.init 50 fresh in
  List.iter (S.add set) all;
  (for i = 100 to 200 do S.add set (fresh i) done);
  Gc.full_major ();
  case "weak set" (fun () -> ints [ S.count set; List.length all; S.fold (fun r n -> n + !r) set 0 ]);
  case "weak set merge" (fun () -> string_of_bool (S.merge set (fresh 3) == List.nth all 3));
  ignore (Sys.opaque_identity kept)

let () =
  let open Ephemeron in
  let key = fresh 1 in
  let chain = List.init 5 (fun i -> fresh i) in
  let dead () = K1.make (fresh 9) (fresh 10) in
  let live = K1.make key (fresh 11) in
  let gone = dead () in
  (* Each ephemeron's data is the next one's key. *)
  let rec link = function a :: (b :: _ as rest) -> let e = K1.make a b in e :: link rest | _ -> [] in
  let links = link chain in
  (* Its own data keeps its key: that does not count. *)
  let self = (let k = fresh 20 in K1.make k (k, fresh 21)) in
  let two = (let k = fresh 30 in K2.make key k (fresh 31)) in
  let many = Kn.make [| key; key |] (fresh 40) in
  Gc.full_major ();
  case "ephemeron" (fun () -> present (K1.query live key));
  case "ephemeron dead" (fun () -> present (K1.query gone (fresh 9)));
  case "ephemeron chain" (fun () -> join (List.map2 (fun e k -> present (K1.query e k)) links (List.filteri (fun i _ -> i < 4) chain)));
  case "ephemeron self" (fun () -> match K1.query self (fresh 20) with Some _ -> "some" | None -> "none");
  case "ephemeron two" (fun () -> present (K2.query two key (fresh 30)));
  case "ephemeron many" (fun () -> present (Kn.query many [| key; key |]));
  let module H = K1.Make (struct type t = int ref let equal = ( == ) let hash r = !r end) in
  let h = H.create 10 in
  let keys = List.init 20 fresh in
  List.iter (fun k -> H.add h k (string_of_int !k)) keys;
  (for i = 50 to 90 do H.add h (fresh i) "x" done);
  Gc.full_major ();
  H.clean h;
  case "ephemeron table" (fun () -> ints [ H.length h; (H.stats_alive h).num_bindings; List.length (List.filter (H.mem h) keys) ]);
  case "bucket" (fun () -> let b = K1.Bucket.make () in K1.Bucket.add b key 1; K1.Bucket.add b key 2; ints [ K1.Bucket.length b; Option.get (K1.Bucket.find b key) ])

(* ---- Finalisers ---- *)

let () =
  let log = ref [] in
  let note s = log := s :: !log in
  let attach () =
    let a = fresh 1 in
    Gc.finalise (fun r -> note (Printf.sprintf "first %d" !r)) a;
    let b = fresh 2 in
    Gc.finalise_last (fun () -> note "last") b;
    let c = fresh 3 in
    (* Kept alive once more by its finaliser. *)
    Gc.finalise (fun r -> incr r; if !r < 6 then Gc.finalise (fun r -> note (Printf.sprintf "again %d" !r)) r) c
  in
  attach ();
  let kept = fresh 5 in
  Gc.finalise (fun _ -> note "never") kept;
  Gc.full_major (); Gc.full_major (); Gc.full_major ();
  case "finalisers" (fun () -> String.concat ", " (List.sort compare !log));
  log := [];
  Gc.full_major ();
  case "finalisers once" (fun () -> String.concat ", " !log);
  case "finalise immediate" (fun () -> Gc.finalise ignore 5; "");
  ignore (Sys.opaque_identity !kept)

(* ---- Lazy ---- *)

let () =
  let count = ref 0 in
  let l = lazy (incr count; !count * 10) in
  case "lazy" (fun () -> let a = Lazy.is_val l in let x = Lazy.force l in let y = Lazy.force l in Printf.sprintf "%b %d %d %b" a x y (Lazy.is_val l));
  let failing = lazy (incr count; if !count < 100 then failwith "no") in
  let attempt () = try Lazy.force failing; "ok" with Failure s -> s in
  case "lazy failing" (fun () -> let a = attempt () in let b = attempt () in Printf.sprintf "%s %s %d" a b !count);
  let rec loop = lazy (1 + Lazy.force loop) in
  case "undefined" (fun () -> string_of_int (Lazy.force loop));
  case "undefined again" (fun () -> string_of_int (Lazy.force loop));
  case "floats" (fun () -> let l = lazy (Sys.opaque_identity 1.5) in ignore (Lazy.force l); Gc.full_major (); string_of_float (Lazy.force l));
  case "of a lazy" (fun () -> let inner = lazy 3 in let l = lazy inner in Gc.full_major (); let a = Lazy.force l in Gc.full_major (); string_of_int (Lazy.force a));
  case "map" (fun () -> let l = Lazy.map succ (lazy 4) in let m = Lazy.map_val succ (Lazy.from_val 5) in ints [ Lazy.force l; Lazy.force m ] ^ string_of_bool (Lazy.is_val m));
  case "pattern" (fun () -> match (lazy 1, lazy (failwith "not forced")) with lazy 2, lazy _ -> "both" | lazy 1, _ -> "first" | _ -> "none");
  case "many" (fun () -> let a = Array.init 10_000 (fun i -> lazy (i * i)) in Gc.minor (); let s = Array.fold_left (fun n l -> n + Lazy.force l) 0 a in Gc.full_major (); ints [ s; Array.fold_left (fun n l -> n - Lazy.force l) s a ])

(* ---- Objects ---- *)

class virtual shape (name : string) = object (self)
  val mutable count = 0
  method virtual area : float
  method name = name
  method describe = count <- count + 1; Printf.sprintf "%s %d %g" self#name count self#area
end

class square side = object inherit shape "square" method area = side *. side end
class circle r = object (self) inherit shape "circle" as super method area = 3. *. r *. r method! describe = "round " ^ super#describe ^ self#more method private more = "!" end

let () =
  let shapes = [ (new square 2. :> shape); (new circle 1. :> shape); (object inherit shape "odd" method area = 0.5 end) ] in
  case "objects" (fun () -> String.concat "; " (List.concat_map (fun s -> let a = s#describe in [ a; s#describe ]) shapes));
  case "copy" (fun () -> let s = List.hd shapes in let t = Oo.copy s in let a = t#describe in a ^ s#describe ^ string_of_bool (Oo.id s = Oo.id t));
  case "functional update" (fun () -> let p = object val x = 1 method x = x method move d = {< x = x + d >} end in ints [ p#x; (p#move 5)#x; ((p#move 1)#move 1)#x ]);
  case "many methods" (fun () ->
      let o = object method a = 1 method b = 2 method c = 3 method d = 4 method e = 5 method f = 6 method g = 7 method aa = 8 end in
      ints [ o#a; o#b; o#c; o#d; o#e; o#f; o#g; o#aa ]);
  let call o = o#m 3 in
  let os = [ object method m x = x + 1 end; object method z = 0 method m x = x * 2 end |> (fun o -> (o :> < m : int -> int >)); object method a = () method m x = -x end |> (fun o -> (o :> < m : int -> int >)) ] in
  case "one site, several classes" (fun () -> ints (List.concat_map (fun _ -> List.map call os) [ 1; 2; 3 ]));
  case "initializer" (fun () -> let r = ref [] in let module M = struct class a = object initializer r := "a" :: !r end class b = object inherit a initializer r := "b" :: !r end end in ignore (new M.b); join !r)

(* ---- The collector's figures ---- *)

let () =
  let minor0, _, major0 = Gc.counters () in
  let keep = ref [] in
  for i = 1 to 100_000 do keep := (i, i) :: !keep done;
  let minor1, promoted1, _ = Gc.counters () in
  (* Three words for a pair, three for a cons. *)
  case "minor words" (fun () -> string_of_bool (minor1 -. minor0 >= 600_000. && minor1 -. minor0 < 610_000.));
  Gc.minor ();
  let _, promoted2, major2 = Gc.counters () in
  case "promoted" (fun () -> string_of_bool (promoted2 >= 600_000. && promoted2 >= promoted1));
  case "major words" (fun () -> string_of_bool (major2 -. major0 >= 600_000.));
  let before = Gc.quick_stat () in
  Gc.full_major ();
  let after = Gc.stat () in
  case "collections" (fun () -> string_of_bool (after.minor_collections > before.minor_collections && after.major_collections > before.major_collections));
  case "live" (fun () -> string_of_bool (after.live_words >= 600_000 && after.heap_words >= after.live_words && after.live_blocks >= 200_000));
  case "kept" (fun () -> ints [ List.length !keep; fst (List.hd !keep) ]);
  keep := [];
  Gc.compact ();
  let empty = Gc.stat () in
  case "freed" (fun () -> string_of_bool (after.live_words - empty.live_words >= 590_000));
  case "allocated_bytes" (fun () -> let a = Gc.allocated_bytes () in ignore (Sys.opaque_identity (Array.make 1000 0)); let b = Gc.allocated_bytes () in string_of_bool (b -. a >= 8000. && b -. a < 20000.));
  case "minor_words" (fun () -> let a = Gc.minor_words () in ignore (Sys.opaque_identity (ref 1)); let b = Gc.minor_words () in string_of_bool (b > a && b -. a < 100.));
  case "get set" (fun () -> let c = Gc.get () in Gc.set { c with space_overhead = 150; minor_heap_size = 65536 }; let d = Gc.get () in ints [ d.space_overhead; d.minor_heap_size ]);
  let alarms = ref 0 in
  let alarm = Gc.create_alarm (fun () -> incr alarms) in
  Gc.full_major (); Gc.full_major ();
  Gc.delete_alarm alarm;
  case "alarm" (fun () -> string_of_bool (!alarms >= 2))
