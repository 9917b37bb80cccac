type shape = float

let shape : shape Bactrian.Type.t = Bactrian.Type.named "Api.shape"
let circle radius = radius
let area radius = 3. *. radius *. radius

exception Refused of string

let refuse reason = raise (Refused reason)
let commands : (string, int -> int) Hashtbl.t = Hashtbl.create 7
let commands_type : (string, int -> int) Hashtbl.t Bactrian.Type.t = Bactrian.Type.named "Api.commands_type"
let polymorphic = []
let twice f x = f (f x)
let counter = ref 0
