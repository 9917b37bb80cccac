(** Types as values: what a program says of the values that it expects of source text, so that it gets them without
    [Obj.magic]. The type checker compares them with the types that it has found.

    {[ Eval.eval env Type.(list int @-> string) "fun l -> String.concat \" \" (List.map string_of_int l)" ]} *)

(** The type of OCaml's values of type ['a]. *)
type 'a t

val unit : unit t
val bool : bool t
val int : int t
val char : char t
val string : string t
val bytes : bytes t
val float : float t
val int32 : int32 t
val int64 : int64 t
val nativeint : nativeint t
val exn : exn t
val list : 'a t -> 'a list t
val array : 'a t -> 'a array t
val option : 'a t -> 'a option t
val ref : 'a t -> 'a ref t
val lazy_t : 'a t -> 'a Lazy.t t
val result : 'a t -> 'e t -> ('a, 'e) result t
val pair : 'a t -> 'b t -> ('a * 'b) t
val triple : 'a t -> 'b t -> 'c t -> ('a * 'b * 'c) t
val quadruple : 'a t -> 'b t -> 'c t -> 'd t -> ('a * 'b * 'c * 'd) t

(** Functions. *)
val ( @-> ) : 'a t -> 'b t -> ('a -> 'b) t

(** [named path] is any other type. It has to be defined in a unit whose interface {!Eval} can see, as a variable with the
    path [path] (its unit's name comes first):

    {[ (* shape.mli *)
       type t
       val t : t Bactrian.Type.t

       (* shape.ml *)
       let t : t Bactrian.Type.t = Bactrian.Type.named "Shape.t" ]}

    The type of the variable in the interface tells what type it is. When it is used, the value of the variable has to be this
    very one, so a wrong path is an error, and never a wrong type. It works for types with arguments
    ([(string, int) Hashtbl.t]), objects, functions with labels, and so on. *)
val named : string -> 'a t

(** {1 Looking into types} *)

type _ view =
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

val view : 'a t -> 'a view
