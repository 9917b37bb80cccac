(** What a function costs in each tier, measured in the running program. [bactrian bench] measures whole programs.

    {[
      (* In plugin.ml: let () = Api.measured := fun n -> ... *)
      let plugin = In_channel.with_open_bin "plugin.cmo" In_channel.input_all

      let () =
        let in_tier tier =
          ignore (Bactrian.Loader.load ~tier ~is_private:true plugin);
          !Api.measured
        in
        print_string (Bactrian.Bench.to_string (Bactrian.Bench.compare in_tier 1000))
    ]} *)

(** A figure, and the interval that it is in with a confidence of 95 %. *)
type estimate = { value : float; low : float; high : float }

(** What calls have taken in a tier. *)
type measurement = {
  calls : int;  (** In each round. *)
  seconds : float array;  (** Processor time of a call, by rounds; that of the engine's other threads is in it. *)
  minor_words : float;  (** Allocated in the minor heap by a call. *)
}

type comparison = {
  interpreted : measurement;
  native : measurement;
  ratio : estimate;  (** Median time of native calls over that of interpreted ones. *)
}

(** [compare in_tier x]: what [f x] costs, where [f] is [in_tier Interpreted] and [in_tier Native]. [in_tier] is called once
    for each; usually it loads a unit. Both are called for a while first, then take turns.

    @param rounds how many times each is measured. Default: 20.
    @param seconds least processor time that a measurement takes: [f] is called as often as that needs. Default: 0.05.
    @param equal whether results are the same. Default: [( = )].
    @raise Invalid_argument if [rounds] or [seconds] is not positive.
    @raise Failure if results differ. Exceptions of [in_tier] and [f] are raised as they are. *)
val compare :
  ?rounds:int -> ?seconds:float -> ?equal:('b -> 'b -> bool) -> (Loader.tier -> 'a -> 'b) -> 'a -> comparison

(** @raise Invalid_argument for no samples *)
val median : float array -> float

(** Some lines of text. *)
val to_string : comparison -> string
