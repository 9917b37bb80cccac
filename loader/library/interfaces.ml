let contents : (string, string) Hashtbl.t = Hashtbl.create 64
let add name cmi = Hashtbl.replace contents name cmi
let find name = Hashtbl.find_opt contents name
let units () = List.sort compare (List.of_seq (Hashtbl.to_seq_keys contents))
