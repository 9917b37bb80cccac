val value : int
