(* A type of its own, so that what [named] gives is never polymorphic and can be told from what it gives next time. *)
type 'a t = { view : 'a view }

and _ view =
  | Unit : unit view
  | Bool : bool view
  | Int : int view
  | Char : char view
  | String : string view
  | Bytes : bytes view
  | Float : float view
  | Int32 : int32 view
  | Int64 : int64 view
  | Nativeint : nativeint view
  | Exn : exn view
  | List : 'a t -> 'a list view
  | Array : 'a t -> 'a array view
  | Option : 'a t -> 'a option view
  | Ref : 'a t -> 'a ref view
  | Lazy : 'a t -> 'a Lazy.t view
  | Result : 'a t * 'e t -> ('a, 'e) result view
  | Pair : 'a t * 'b t -> ('a * 'b) view
  | Triple : 'a t * 'b t * 'c t -> ('a * 'b * 'c) view
  | Quadruple : 'a t * 'b t * 'c t * 'd t -> ('a * 'b * 'c * 'd) view
  | Function : 'a t * 'b t -> ('a -> 'b) view
  | Named : string -> 'a view

let view { view } = view
let unit = { view = Unit }
let bool = { view = Bool }
let int = { view = Int }
let char = { view = Char }
let string = { view = String }
let bytes = { view = Bytes }
let float = { view = Float }
let int32 = { view = Int32 }
let int64 = { view = Int64 }
let nativeint = { view = Nativeint }
let exn = { view = Exn }
let list a = { view = List a }
let array a = { view = Array a }
let option a = { view = Option a }
let ref a = { view = Ref a }
let lazy_t a = { view = Lazy a }
let result a e = { view = Result (a, e) }
let pair a b = { view = Pair (a, b) }
let triple a b c = { view = Triple (a, b, c) }
let quadruple a b c d = { view = Quadruple (a, b, c, d) }
let ( @-> ) a b = { view = Function (a, b) }
let named path = { view = Named path }
